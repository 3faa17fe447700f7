"""What the world may see of the stock: the public list, the widget, feeds of listing sites."""
