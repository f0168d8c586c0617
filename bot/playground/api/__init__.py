"""The Web API: https://docs.slack.dev/reference/methods"""
