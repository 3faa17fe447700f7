"""What a client is offered: payment plans, mortgages and the offer itself, in versions."""
