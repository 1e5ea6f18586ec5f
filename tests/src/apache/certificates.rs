//! Certificates for one broker and its clients, made anew for each test process.

use std::fs;
use std::path::{Path, PathBuf};

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::symm::Cipher;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509NameBuilder};

use crate::Result;

/// The password of [`Certificates::locked_key`].
pub const KEY_PASSWORD: &str = "key-password-of-the-tests";

const DAY: i64 = 24 * 3600;

/// Files in PEM.
pub struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Makes all of them in `folder`.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        let (ours, foreign) = (Authority::new("ours")?, Authority::new("foreign")?);
        let made = Self { folder: folder.to_owned() };
        fs::write(made.ca(), ours.certificate.to_pem()?)?;
        fs::write(made.foreign_ca(), foreign.certificate.to_pem()?)?;
        let here = ["localhost", "127.0.0.1"];
        ours.sign("broker", &here, now(-DAY), now(30 * DAY))?.store(&made.store("good"))?;
        let elsewhere = ["elsewhere.example"];
        ours.sign("broker", &elsewhere, now(-DAY), now(30 * DAY))?.store(&made.store("badhost"))?;
        ours.sign("broker", &here, now(-9 * DAY), now(-DAY))?.store(&made.store("expired"))?;
        let client = ours.sign("producer", &[], now(-DAY), now(30 * DAY))?;
        client.files(&made.certificate(), &made.key())?;
        let locked = client
            .key
            .private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), KEY_PASSWORD.as_bytes())?;
        fs::write(made.locked_key(), locked)?;
        let stranger = foreign.sign("stranger", &[], now(-DAY), now(30 * DAY))?;
        stranger.files(&made.foreign_certificate(), &made.foreign_key())?;
        Ok(made)
    }

    /// The authority that signed the broker and the client.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Another authority.
    pub fn foreign_ca(&self) -> PathBuf {
        self.folder.join("foreign-ca.pem")
    }

    /// The certificate of the client `producer`.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("client.pem")
    }

    /// Its key.
    pub fn key(&self) -> PathBuf {
        self.folder.join("client.key")
    }

    /// Its key under [`KEY_PASSWORD`].
    pub fn locked_key(&self) -> PathBuf {
        self.folder.join("client-locked.key")
    }

    /// A client's certificate that the broker does not trust.
    pub fn foreign_certificate(&self) -> PathBuf {
        self.folder.join("foreign-client.pem")
    }

    /// The key of that.
    pub fn foreign_key(&self) -> PathBuf {
        self.folder.join("foreign-client.key")
    }

    /// Key and certificate of a listener, as Kafka reads them from one file.
    pub(super) fn store(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}-store.pem"))
    }
}

fn now(shift: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs().cast_signed()) + shift
}

struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

/// A certificate and its key.
struct Signed {
    key: PKey<Private>,
    certificate: X509,
}

impl Authority {
    fn new(name: &str) -> Result<Self> {
        let key = new_key()?;
        let mut builder = builder(name, &key, now(-10 * DAY), now(30 * DAY))?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        let usage = KeyUsage::new().critical().key_cert_sign().crl_sign().build()?;
        builder.append_extension(usage)?;
        let subject = name_of(name)?;
        builder.set_issuer_name(&subject)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { key, certificate: builder.build() })
    }

    /// A certificate for these host names and addresses, valid between two times in seconds of Unix.
    fn sign(&self, name: &str, hosts: &[&str], from: i64, until: i64) -> Result<Signed> {
        let key = new_key()?;
        let mut builder = builder(name, &key, from, until)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        if !hosts.is_empty() {
            let mut names = SubjectAlternativeName::new();
            for host in hosts {
                if host.parse::<std::net::IpAddr>().is_ok() {
                    names.ip(host);
                } else {
                    names.dns(host);
                }
            }
            let names = names.build(&builder.x509v3_context(Some(&self.certificate), None))?;
            builder.append_extension(names)?;
        }
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(Signed { key, certificate: builder.build() })
    }
}

impl Signed {
    fn files(&self, certificate: &Path, key: &Path) -> Result<()> {
        fs::write(certificate, self.certificate.to_pem()?)?;
        Ok(fs::write(key, self.key.private_key_to_pem_pkcs8()?)?)
    }

    fn store(&self, file: &Path) -> Result<()> {
        let (key, certificate) = (self.key.private_key_to_pem_pkcs8()?, self.certificate.to_pem()?);
        Ok(fs::write(file, [key, certificate].concat())?)
    }
}

fn new_key() -> Result<PKey<Private>> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    Ok(PKey::from_ec_key(EcKey::generate(&curve)?)?)
}

fn name_of(name: &str) -> Result<openssl::x509::X509Name> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_text("CN", name)?;
    Ok(builder.build())
}

fn builder(name: &str, key: &PKey<Private>, from: i64, until: i64) -> Result<X509Builder> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let serial = serial.to_asn1_integer()?;
    builder.set_serial_number(&serial)?;
    let subject = name_of(name)?;
    builder.set_subject_name(&subject)?;
    let (from, until) = (Asn1Time::from_unix(from)?, Asn1Time::from_unix(until)?);
    builder.set_not_before(&from)?;
    builder.set_not_after(&until)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}
