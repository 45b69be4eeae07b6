for s in check/*.sig; do openssl dgst -sha256 -verify "${s%.sig}.pem" -signature "$s" check/encoded || exit 1; done
