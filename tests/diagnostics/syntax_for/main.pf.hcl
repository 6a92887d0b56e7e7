locals {
  merged = { for k, v in { b = 2 } : k => v, "a" => 1 }
}

locals {
  spread = [for x in ["a"] : x...]
}
