package dev.cloister.attestation.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import org.jspecify.annotations.Nullable;

/** What an enclave asks its security module. Numbers are unsigned and of 16 bits. */
public sealed interface NsmRequest {

    /** Version, module id, registers. */
    record DescribeNsm() implements NsmRequest {}

    /** The value and the lock of a register. */
    record DescribePcr(int index) implements NsmRequest {
        public DescribePcr {
            requireU16(index);
        }
    }

    /** Makes a register the digest of its old value followed by {@code data}. */
    record ExtendPcr(int index, Bytes data) implements NsmRequest {
        public ExtendPcr {
            requireU16(index);
        }
    }

    /** Makes one register read-only until the enclave ends. */
    record LockPcr(int index) implements NsmRequest {
        public LockPcr {
            requireU16(index);
        }
    }

    /** Makes registers 0 to {@code range}, exclusive, read-only until the enclave ends. */
    record LockPcrs(int range) implements NsmRequest {
        public LockPcrs {
            requireU16(range);
        }
    }

    /** An attestation document with these three fields in it. */
    record Attestation(
            @Nullable Bytes userData,
            @Nullable Bytes nonce,
            @Nullable Bytes publicKey) implements NsmRequest {}

    /** Random bytes. */
    record GetRandom() implements NsmRequest {}

    default byte[] encode() {
        return NsmRequestCodec.encode(this);
    }

    /**
     * Reads a request as a security module does.
     *
     * @throws CborException when it is malformed, has unknown fields or asks for an unknown operation
     */
    static NsmRequest decode(byte[] encoded) throws CborException {
        return NsmRequestCodec.decode(encoded);
    }

    private static void requireU16(int value) {
        if (value < 0 || value > NsmLimits.U16_MAX) {
            throw new IllegalArgumentException("not an unsigned number of 16 bits: " + value);
        }
    }
}
