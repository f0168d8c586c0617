"""Public keys that ssh-keygen made for these tests; the private halves were thrown away."""

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBffOoS2BOflk1DlNeRnWSrcDh3fi1ZhGsh94tDhusxO"
ECDSA_256 = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIzdrJW3+i3hq"
    "JYMcYPt25GRF8exXAaEW7lACx07Z2KTtd2JzIwLYSmAt/DLvYGtQzWtd6vjJK0lYEbVRZL7bYs="
)
ECDSA_384 = (
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBCbLikoSiIjfS"
    "oausob6sV6D2mlKIrZoaS+XC99lM77BUK5CsqlBy6L8iY6CyGyE4ZXov3mkyAwyhH8Zjg7l4Fg9Wvc+HEvAPf"
    "vh93J2gPRnSUS4leEZSgBZFA2ymXZIxg=="
)
ECDSA_521 = (
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAF7Wvulxw4cB"
    "URNDrZTopdrxC0lYcq1Z5uKZqTv/pLImytZZtpjziLzWol/qrBzYQ8hXZ6mL4alVmRuhaKWbRvS/gG4qWhpwR"
    "ZhRoqm+lt/wuyTgjjdV4vQ9shLPOE66x+FYU7+snTYjwZqdwbeLfGR2Hzou+1cx8X5SWWABQl3QIWgwQ=="
)
RSA_3072 = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCMi/TIobYizJf1foYVDs0y6xXANwtvRPlfJ220fCXXQPt7m"
    "CbcVtk3QxrwjfUXqTZ6A9m8tn+0oQWC11c5hgKXDo1L6RjW83USCNCyiPqI6nKdaSoInH/8XfeiNRRbuNXfH6"
    "ltSN4/Ok7ipaH8uIaYs/EDv6m6EsYrdc+bal0AiyGEBhp5b2ewAQq8U1peTSWZjjkgWju20IQ2AelWpwCbs0t"
    "RUfAL1RQi+Sc009nTuIapxCu3dbh5E1vab3OMBRKcR3Xtij+fvZcUneA3VnOWHa7rBfRhcSr1UYeB3yAhdrgA"
    "gxH3qUcg+GEUmHYjFZaxX9ZgT3jPsQ98n7b4jHCKwlKGccfvfdrv45wpG4t20DCDI2OtO6diX6m3ey7ftb3rq"
    "OMOwa7MWETft4VZkLVq7u6dxNT1/ebvE6W0RAScWZqHI6Sf3btqqK0TnSQ/QXzLM3n9bQbWkZtPyjaacdy0mO"
    "EFqxvsBU/yRHlAOkWBjN5uFmNXLS7xdPdxfmPZLJ0="
)
RSA_1024 = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDBAULFnE53x/srZax6l6dlxKNHVFiPyNn+aogTTJfb4R1Mv"
    "I77qdjb1sOtM7kRHmat5o/TbHuQQifWgFA15Z/tCXCGS0RF1r4oAVIYhhv0SGr1IMxT1dgEdqETtjI1Rb6COp"
    "N6PRt519abuVnOTHDOHmAAtaAb2Xv9OFYSix70Mw=="
)

FINGERPRINTS = {
    ED25519: "SHA256:RtKKq1uMbOXQ25uBNkIZtQqjRYwoTyzsBHhckU8Z1Dg",
    ECDSA_256: "SHA256:cha60XGrUgy3wwlz+AImckB4fueFDsHEelUDzXG3MUQ",
    ECDSA_384: "SHA256:9CegzXwPKH2uMnszZUADi5Yrc0VjZ7IazfmoQNOx1jU",
    ECDSA_521: "SHA256:4PFLw/gyq8/O4EpancKjkQDEuNuLur2dVCf8imlYATE",
    RSA_3072: "SHA256:WfzN6PsS4AMyd6FByr2vBTZufxfUbVr7YVlW+tIMl+4",
}
"""As `ssh-keygen -l` prints them."""
