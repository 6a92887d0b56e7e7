locals {
  address = "${local.host}:${local.port}"
  host    = local.names[0]
  names   = [local.address]
  port    = 8080
}
