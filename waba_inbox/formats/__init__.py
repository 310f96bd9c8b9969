"""How the server writes times: as the browser does (static/js/clock.js). Here is what differs from Django."""
