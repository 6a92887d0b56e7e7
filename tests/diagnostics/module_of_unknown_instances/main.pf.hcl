# Of a module whose instances cannot be told nothing is known: what rests on it is no mistake of its own.
module "each" {
  source   = "./modules/m"
  for_each = nope.x
}

module "counted" {
  source = "./modules/m"
  count  = -1
}

locals {
  first = module.counted[0].url
}

output "url" {
  value = [module.each["a"].url, keys(module.each)[0], local.first]

  precondition {
    condition     = length(module.each) > 0 && length(module.counted) > 0
    error_message = "There is none."
  }
}

check "some" {
  assert {
    condition     = length(module.each) > 0
    error_message = "There is none."
  }
}
