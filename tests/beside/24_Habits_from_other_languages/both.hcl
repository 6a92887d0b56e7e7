locals {
  a = 0x10
  b = local.a ?? 1
  c = "web" in ["web", "db"]
  d = [x for x in [1, 2]]
}
