locals {
  node  = { address = "10.0.0.1", port = 80 }
  other = { address = "10.0.0.2" }
  url   = "http://${local.node.host}:${local.node.port}/${local.node.host}?from=${local.node.host}"
  both  = "${local.node.host} ${local.other.host} ${local.node.prot}"
  many  = [for i in [1, 2] : "${local.node.hots} ${local.node.hots}"]
  sums  = [1 + "a", 2 + "a", 1 + "b"]
  lines = [
    local.node.a, local.node.a, local.node.a, local.node.a, local.node.a, local.node.a, local.node.a,
    local.node.a, local.node.a, local.node.a, local.node.a, local.node.a, local.node.a, local.node.a,
    local.node.a, local.node.a, local.node.a, local.node.a, local.node.a, local.node.a, local.node.a,
    local.node.b,
  ]
}
