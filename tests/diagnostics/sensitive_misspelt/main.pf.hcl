locals {
  misspelt = sensitve("4711-misspelt")
  another  = join(",", [senstive("4711-another"), upper(1, 2)])
}
