"""What is true about searches and sessions, without Slack, disk or a clock."""
