module "again" { source = "../a" }
