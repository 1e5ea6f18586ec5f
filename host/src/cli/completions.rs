//! `plugpipe completions`: what a shell needs to complete commands.

use super::{Arguments, DONE, output};
use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

/// Write the completions of a shell.
#[derive(Args, Debug)]
#[command(after_help = "\
To install them:
  bash        plugpipe completions bash > ~/.local/share/bash-completion/completions/plugpipe
  zsh         plugpipe completions zsh > ~/.zfunc/_plugpipe      (with ~/.zfunc in fpath)
  fish        plugpipe completions fish > ~/.config/fish/completions/plugpipe.fish
  elvish      plugpipe completions elvish >> ~/.config/elvish/rc.elv
  powershell  plugpipe completions powershell >> $PROFILE")]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments) -> u8 {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "plugpipe", &mut script);
    output::result(String::from_utf8_lossy(&script).trim_end());
    DONE
}
