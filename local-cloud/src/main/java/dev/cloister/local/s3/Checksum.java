package dev.cloister.local.s3;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** A checksum over a body while it is read. */
interface Checksum {
    void update(byte[] bytes, int offset, int length);

    /** The value as requests carry it. */
    String value();

    /** One of S3's algorithms, by the end of its header {@code x-amz-checksum-NAME}; Base64 of big-endian bytes. */
    static Optional<Checksum> named(String name) {
        return switch (name) {
            case "crc32" -> Optional.of(of(new CRC32(), 4));
            case "crc32c" -> Optional.of(of(new CRC32C(), 4));
            case "crc64nvme" -> Optional.of(of(new Crc64Nvme(), 8));
            case "sha1" -> Optional.of(digest("SHA-1", false));
            case "sha256" -> Optional.of(digest("SHA-256", false));
            default -> Optional.empty();
        };
    }

    /** Of the header {@code content-md5}. */
    static Checksum md5() {
        return digest("MD5", false);
    }

    /** Of the header {@code x-amz-content-sha256}: hexadecimal digits. */
    static Checksum payloadHash() {
        return digest("SHA-256", true);
    }

    private static Checksum of(java.util.zip.Checksum checksum, int bytes) {
        return new Checksum() {
            @Override
            public void update(byte[] buffer, int offset, int length) {
                checksum.update(buffer, offset, length);
            }

            @Override
            public String value() {
                byte[] value = new byte[bytes];
                for (int i = 0; i < bytes; i++) {
                    value[i] = (byte) (checksum.getValue() >>> (8 * (bytes - 1 - i)));
                }
                return Base64.getEncoder().encodeToString(value);
            }
        };
    }

    private static Checksum digest(String algorithm, boolean isHexadecimal) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + algorithm, e);
        }
        return new Checksum() {
            @Override
            public void update(byte[] buffer, int offset, int length) {
                digest.update(buffer, offset, length);
            }

            @Override
            public String value() {
                byte[] value = digest.digest();
                return isHexadecimal
                        ? HexFormat.of().formatHex(value)
                        : Base64.getEncoder().encodeToString(value);
            }
        };
    }
}
