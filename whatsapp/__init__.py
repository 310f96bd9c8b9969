"""The WhatsApp Business Platform as a library: the Graph client, webhook parsing, errors. No
Django in here.
"""
