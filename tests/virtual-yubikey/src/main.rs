//! A `YubiKey` made of software, for tests: a card in a virtual reader.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser as _;
use virtual_yubikey::authority::{Authority, Chain};
use virtual_yubikey::card::{Card, Model};
use virtual_yubikey::desk::Desk;
use virtual_yubikey::piv::Piv;
use virtual_yubikey::state::{Firmware, Memory};
use virtual_yubikey::{control, vpcd};

/// A YubiKey made of software, for tests; it protects nothing
#[derive(clap::Parser)]
struct Arguments {
    /// The port of vpcd on this machine
    #[arg(long)]
    port: u16,
    /// Serial number
    #[arg(long)]
    serial: u32,
    /// Firmware version, as in 5.4.3
    #[arg(long, default_value = "5.4.3")]
    firmware: Firmware,
    /// Form factor byte in hexadecimal digits; 01 is a keychain with USB-A
    #[arg(long, default_value = "01", value_parser = hexadecimal)]
    form_factor: u8,
    /// The file in which the card remembers
    #[arg(long)]
    state: PathBuf,
    /// The socket at which it can be touched, pulled out, and so on
    #[arg(long)]
    control: PathBuf,
    /// The directory of the TEST root, which cards share
    #[arg(long)]
    test_root: PathBuf,
    /// The certificates between the card's and the TEST root: none, or two
    #[arg(long, default_value = "short", value_parser = chain)]
    chain: Chain,
    /// A FIPS model
    #[arg(long)]
    fips: bool,
    /// End when standard input ends: with the test that started it
    #[arg(long)]
    until_stdin_ends: bool,
}

fn hexadecimal(text: &str) -> Result<u8, String> {
    u8::from_str_radix(text, 16).map_err(|error| error.to_string())
}

fn chain(text: &str) -> Result<Chain, String> {
    match text {
        "short" => Ok(Chain::Short),
        "long" => Ok(Chain::Long),
        _ => Err("short or long".to_owned()),
    }
}

fn main() -> Result<(), String> {
    let arguments = Arguments::parse();
    let desk = Arc::new(Desk::default());
    let model = Model {
        serial: arguments.serial,
        firmware: arguments.firmware,
        form_factor: arguments.form_factor | if arguments.fips { 0x80 } else { 0 },
    };
    let authority = Authority::open(&arguments.test_root)?;
    let memory = Memory::open(&arguments.state, arguments.firmware)?;
    let piv = Piv::new(
        model.clone(),
        memory,
        Arc::clone(&desk),
        &authority,
        arguments.chain,
    )?;
    let mut card = Card::new(model, Arc::clone(&desk), piv);
    control::listen(&arguments.control, Arc::clone(&desk)).map_err(|error| error.to_string())?;
    if arguments.until_stdin_ends {
        std::thread::spawn(move || {
            // an end or an error: nobody is there any more
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            desk.quit();
        });
    }
    vpcd::serve(&mut card, arguments.port);
    Ok(())
}
