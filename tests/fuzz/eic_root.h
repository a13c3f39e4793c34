/* SPDX-License-Identifier: Apache-2.0 */
/* eic_root.h - made by make_eic_corpus.py with the corpus of eic_chain: the root, and when */
#define EIC_NOW_S 1795354044
#define EIC_ROOT \
	"-----BEGIN CERTIFICATE-----\n" \
	"MIIBczCCARqgAwIBAgIUKsfaPxOyy0pDbcDg7Kpb9JfSJh0wCgYIKoZIzj0EAwIw\n" \
	"GDEWMBQGA1UEAwwNZW11bGF0ZWQgcm9vdDAeFw0yNjExMjIxMzI3MTlaFw0zNjEx\n" \
	"MTkxMzI3MTlaMBgxFjAUBgNVBAMMDWVtdWxhdGVkIHJvb3QwWTATBgcqhkjOPQIB\n" \
	"BggqhkjOPQMBBwNCAAT8ZGMPLuWCQ26awz5c3FD87xf5H6QJ7KnbjFOw2KyeqOgV\n" \
	"KFIomo+5nOsh59mATSevGv6hhr9hqM7wjs6iUVs/o0IwQDAPBgNVHRMBAf8EBTAD\n" \
	"AQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUEwupwqCqD3b071N0fM4ykAah\n" \
	"hPIwCgYIKoZIzj0EAwIDRwAwRAIgY51gDLaHXets/aU6pd2bufEvLfN0LFdzRrLc\n" \
	"xOUkEO0CIE66WTZmkye/iRlPJp9TlQ/bRfCv8GiBMuJrVrepoiaY\n" \
	"-----END CERTIFICATE-----\n"
