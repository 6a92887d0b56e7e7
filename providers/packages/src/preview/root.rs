//! The way back by the whole root, as a btrfs snapshot keeps it.

use super::{Asked, Installed};
use patchform_sdk::message::{Coverage, WayBack, WayBackKind};

impl Asked<'_> {
    /// The way back.
    ///
    /// # Errors
    /// Why the root cannot be kept, or does not hold all that is patched.
    pub(super) fn root(&self, installed: &[Installed], removed: &[(&str, &str)]) -> Result<WayBack, String> {
        let Some(root) = self.of("root", 1).next() else {
            let why = self.of("noroot", 1).map(|words| words.join(" ")).next();
            return Err(format!(
                "the host cannot go back by btrfs: {}; write `way_back = \"packages\"`, or mend that",
                why.unwrap_or_else(|| "it does not say why".into())
            ));
        };
        let boot = self.of("apart", 1).any(|words| words[0] == "/boot");
        if let Some(kernel) = self.kernel(installed, removed).filter(|_| boot) {
            return Err(format!(
                "{kernel} lies in /boot, which is not within the root and would not go back with it; write `way_back = \"packages\"`"
            ));
        }
        Ok(WayBack {
            kind: WayBackKind::Restore,
            coverage: Coverage { whole_system: true, data: true },
            place: format!(
                "the whole root ({}), as a btrfs snapshot beside it; the host reboots into it",
                root.join(" ")
            ),
            survives_target_loss: false,
            discards_data: true,
            size: 0,
            duration: self.reboot(),
        })
    }

    /// What would not go back with the root.
    pub(super) fn about_root(&self) -> Option<String> {
        let apart: Vec<String> = self.of("apart", 1).map(|words| words.join(" ")).collect();
        (!apart.is_empty())
            .then(|| format!("does not go back with the root, and stays as it is: {}", apart.join(", ")))
    }
}
