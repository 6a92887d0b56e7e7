locals {
  tags = { cost center = "42" }
}
