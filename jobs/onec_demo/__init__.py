"""The demo 1C: a stand-in that speaks standard.odata and the site exchange. Needs nothing of ours."""
