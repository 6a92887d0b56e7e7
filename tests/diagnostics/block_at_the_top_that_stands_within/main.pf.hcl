state "local" {
  path = "eu.json"
}

required_providers {
}

maintenance {
}

reqired_providers {
}
