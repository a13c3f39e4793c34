/* SPDX-License-Identifier: Apache-2.0 */
/*
 * example_keys.h - one public key of each accepted type, and one that is too weak
 *
 * Made with ssh-keygen of OpenSSH 9.2 for these tests; nobody has the private halves. The
 * two of security keys (sk-) are the ed25519 and nistp256 keys with an application "ssh:".
 */
#ifndef SUPPORT_EXAMPLE_KEYS_H
#define SUPPORT_EXAMPLE_KEYS_H

#define KEY_ED25519 \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAII6sdbA+r9zMxqKJIxAn2uwvP8slJ6SpxN" \
    "RkCX4eC6ys"
#define KEY_SK \
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAA" \
    "AII6sdbA+r9zMxqKJIxAn2uwvP8slJ6SpxNRkCX4eC6ysAAAABHNzaDo="
#define KEY_P256 \
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAA" \
    "BBBLYXrP2QQLY+22V1ZLBqcDit+C6r3WY1Gjsy5HguEindvlm6J0JcxhGFKuSAPkNT/PfA" \
    "JPXsiJYpk8te1QTWfgA="
#define KEY_P384 \
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAA" \
    "BhBIYZatRkL+FfuBeFwYyzibX3WQ2ccusoqVzYeQVa/6zXWGgmy/cRGRl5BAU8xnTuCR4u" \
    "3CA6Wqz4pZICil7IJqaofUlFzEpdpUeXIcQQQR3H0+/hm/oBBdOLNgk30DVczA=="
#define KEY_P521 \
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAA" \
    "CFBAB/R+yYlWFNF2NuIU37ZAWW/rSpznG0cf+/MoK/x2jyovE7pvP/oHlg2RA1TcwThDmp" \
    "ooGi8yk45VQCRF7S40merwG6+bJMz66RKafPnrVw/nEK6B9ndVHcUpH4Y1nTM2HswCW5d2" \
    "xJGSxiDihJnZZIKOs4eLnA0ZdUmFGAtDn/LQfhuQ=="
#define KEY_SKE \
    "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZ" \
    "Ab3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBLYXrP2QQLY+22V1ZLBqcDit+C6r3WY1G" \
    "jsy5HguEindvlm6J0JcxhGFKuSAPkNT/PfAJPXsiJYpk8te1QTWfgAAAAAEc3NoOg=="
#define KEY_RSA \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDASj0IqwwVaECnwgWcX0JHdrAZNyRHZ8" \
    "7nDVidH//RG3xFvGBJmor+z2d3+dsFz7D15QOL2XbGqLk6OJ86ckgISCxUmFtb5FXB5G7N" \
    "Xa//u/+Bfo1b68ASJpqEmzS8hAaypPWfe/E9Bf3e4K0yBlqpsgATlxrLX5eKSulrGjUbCr" \
    "C3r/4aV54va5lHd01rToOxarFqEL6NnHS0kKeq5wOIM26yvwICuswgNG87IoKGMM7tP5XX" \
    "GyYgY0cyOQodgq0EA2js2BtDiDGFXe9pat7Yp6mNADEtCuYlV0lY96PKP8Gw0zn++dT5mP" \
    "VY6ai3cmFl5yGK29DQOwpuYk+uXVQh"
#define KEY_WEAK \
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCtbMMUXpAl5fUyl7za1B6jpwKEWp5Pgm" \
    "yoDUOO0HmGXPZ8SFvzV0bvkgVWl/A/JnfDR1HaSl+LmJf3KMEkAj/0RT3qNiRKRnWNzEIx" \
    "vkDh+cJ5NBE49+h6OXCITqo6Mc+3TeCqJMqChxO4TrlN4+UrVETtOx2WpfpXmgz5XLysWw" \
    "=="

#endif
