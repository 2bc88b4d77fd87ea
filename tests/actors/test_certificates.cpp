// SPDX-License-Identifier: Apache-2.0
#include "test_certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>

namespace troupe::actors {

namespace {

struct deleter {
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(X509* x) const { X509_free(x); }
  void operator()(std::FILE* x) const { std::fclose(x); }
};

using key_ptr = std::unique_ptr<EVP_PKEY, deleter>;
using certificate_ptr = std::unique_ptr<X509, deleter>;
using file_ptr = std::unique_ptr<std::FILE, deleter>;

key_ptr make_key() {
  key_ptr key(EVP_EC_gen("P-256"));
  REQUIRE(key != nullptr);
  return key;
}

/// Signed by the issuer, or by itself when there is none.
certificate_ptr make_certificate(const std::string& name, EVP_PKEY* key,
                                 X509* issuer, EVP_PKEY* issuer_key) {
  constexpr long an_hour = 3600;
  certificate_ptr x(X509_new());
  REQUIRE(x != nullptr);
  X509_set_version(x.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x.get()),
                   static_cast<long>(std::hash<std::string>{}(name) >> 2));
  X509_gmtime_adj(X509_getm_notBefore(x.get()), -an_hour);
  X509_gmtime_adj(X509_getm_notAfter(x.get()), an_hour);
  X509_set_pubkey(x.get(), key);
  auto* subject = X509_get_subject_name(x.get());
  X509_NAME_add_entry_by_txt(
      subject, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(
      x.get(), issuer == nullptr ? subject : X509_get_subject_name(issuer));
  auto* constraint = X509V3_EXT_conf_nid(
      nullptr, nullptr, NID_basic_constraints,
      issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
  REQUIRE(constraint != nullptr);
  X509_add_ext(x.get(), constraint, -1);
  X509_EXTENSION_free(constraint);
  REQUIRE(X509_sign(x.get(), issuer == nullptr ? key : issuer_key, EVP_sha256())
          != 0);
  return x;
}

file_ptr create(const std::string& path) {
  file_ptr file(std::fopen(path.c_str(), "w"));
  REQUIRE(file != nullptr);
  return file;
}

} // namespace

struct test_authority::secrets {
  key_ptr key;
  certificate_ptr certificate;
};

test_authority::test_authority() : secrets_(std::make_unique<secrets>()) {
  secrets_->key = make_key();
  secrets_->certificate =
      make_certificate("authority", secrets_->key.get(), nullptr, nullptr);
  auto file = create(directory_ / "authority.pem");
  REQUIRE(PEM_write_X509(file.get(), secrets_->certificate.get()) == 1);
}

test_authority::~test_authority() = default;

cluster_tls test_authority::issue(const std::string& node) {
  cluster_tls x{directory_ / (node + ".pem"), directory_ / (node + ".key"),
                directory_ / "authority.pem"};
  auto key = make_key();
  auto certificate = make_certificate(
      node, key.get(), secrets_->certificate.get(), secrets_->key.get());
  auto file = create(x.certificate_path);
  REQUIRE(PEM_write_X509(file.get(), certificate.get()) == 1);
  file = create(x.key_path);
  REQUIRE(PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0,
                               nullptr, nullptr)
          == 1);
  return x;
}

} // namespace troupe::actors
