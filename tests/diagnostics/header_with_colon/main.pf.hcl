component "release" "c":
  patch_level: "1"
