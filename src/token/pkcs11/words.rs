//! What modules answer, in words. The name of the standard (`CKR_…`) stays in the text, for the
//! vendor's documentation.

use pkcs11::error::{Error, RvError};

/// The return code of a call, where the module gave one.
pub(super) fn code(error: &Error) -> Option<RvError> {
    match error {
        Error::Pkcs11(code, _) => Some(*code),
        _ => None,
    }
}

/// `error` in words.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::Pkcs11(code, call) => {
            let name = ckr_name(*code);
            match meaning(*code) {
                Some(meaning) => format!("{meaning} ({name} from C_{call:?})"),
                None => format!("{name} from C_{call:?}"),
            }
        }
        Error::LibraryLoading(reason) => reason.to_string(),
        Error::MissingSymbol(symbol) => format!("not a PKCS#11 module: it has no {symbol}"),
        Error::NullFunctionPointer | Error::NotSupported => {
            "the module does not have a function that is needed".to_owned()
        }
        other => other.to_string(),
    }
}

/// What the code means to somebody in the room.
fn meaning(code: RvError) -> Option<&'static str> {
    Some(match code {
        RvError::DeviceRemoved | RvError::TokenNotPresent => "the token was taken out",
        RvError::SessionHandleInvalid | RvError::SessionClosed | RvError::ObjectHandleInvalid => {
            "the token went away in the middle, or was reset"
        }
        RvError::DeviceError => "the token reports an error of its own",
        RvError::DeviceMemory => "the token is full",
        RvError::GeneralError | RvError::FunctionFailed => "the token failed without saying why",
        RvError::FunctionCanceled | RvError::FunctionRejected => {
            "it was cancelled, or no touch was seen in time"
        }
        RvError::TokenNotRecognized => "the module does not recognise the token",
        RvError::TokenWriteProtected => "the token is write-protected",
        RvError::UserPinNotInitialized => "the PIN has never been set",
        RvError::PinExpired => "the PIN must be changed first",
        RvError::PinIncorrect => "the PIN is wrong",
        RvError::PinLocked => "the PIN is locked",
        RvError::SessionCount => "another program holds all sessions of the token",
        RvError::UserNotLoggedIn => "the token wants the PIN for this",
        RvError::UserTooManyTypes | RvError::UserAnotherAlreadyLoggedIn => {
            "another program is logged in to the token"
        }
        RvError::CryptokiAlreadyInitialized => "the module is already in use in this program",
        RvError::MechanismInvalid | RvError::FunctionNotSupported => "the token cannot do it",
        RvError::CurveNotSupported | RvError::DomainParamsInvalid => {
            "the token does not have this curve"
        }
        _ => return None,
    })
}

/// The code's name in the standard.
fn ckr_name(code: RvError) -> String {
    if let RvError::VendorDefined(_) | RvError::UnknownErrorCode(_) = code {
        return code.to_string();
    }
    let mut name = "CKR".to_owned();
    for c in format!("{code:?}").chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}

/// Text from a token, without its padding: blanks by the standard, NUL bytes by some vendors.
pub(super) fn trimmed(text: &str) -> String {
    text.trim_end_matches([' ', '\0']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pkcs11::context::Function;

    #[test]
    fn keeps_the_name_of_the_standard() {
        let error = Error::Pkcs11(RvError::DeviceRemoved, Function::Sign);
        assert_eq!(
            words(&error),
            "the token was taken out (CKR_DEVICE_REMOVED from C_Sign)"
        );
        assert_eq!(
            ckr_name(RvError::SessionReadWriteSoExists),
            "CKR_SESSION_READ_WRITE_SO_EXISTS"
        );
        assert!(ckr_name(RvError::VendorDefined(0x8000_0001)).contains("0x80000001"));
    }

    #[test]
    fn padding_is_cut() {
        assert_eq!(trimmed("Root A \0 \0"), "Root A");
    }
}
