//! A certificate for `localhost` that signs itself.

use std::fs;
use std::path::Path;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};

use crate::Result;

/// The file of the certificate, which is its own authority.
pub(super) const CERTIFICATE: &str = "certificate.pem";
/// The file of its key.
pub(super) const KEY: &str = "key.pem";

/// Writes both files.
pub(super) fn write(folder: &Path) -> Result<()> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    fs::write(folder.join(KEY), key.private_key_to_pem_pkcs8()?)?;
    fs::write(folder.join(CERTIFICATE), certificate(&key)?.to_pem()?)?;
    Ok(())
}

fn certificate(key: &PKey<Private>) -> Result<X509> {
    let mut name = X509Name::builder()?;
    name.append_entry_by_text("CN", "a Redis of tests")?;
    let (name, serial) = (name.build(), BigNum::from_u32(1)?.to_asn1_integer()?);
    let (from, until) = (Asn1Time::from_unix(0)?, Asn1Time::days_from_now(365)?);
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(&serial)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_not_before(&from)?;
    builder.set_not_after(&until)?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
    let names = SubjectAlternativeName::new()
        .dns("localhost")
        .build(&builder.x509v3_context(None, None))?;
    builder.append_extension(names)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}
