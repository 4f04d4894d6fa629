package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.cbor.CborMap;
import dev.cloister.attestation.cbor.CborReader;
import dev.cloister.attestation.cbor.CborWriter;
import dev.cloister.attestation.nsm.NsmLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The signed map of an attestation document.
 *
 * @param certificate the leaf, DER
 * @param cabundle DER, the root first and the leaf's issuer last
 */
record Payload(AttestationClaims claims, Bytes certificate, List<Bytes> cabundle) {
    private static final int MAX_FIELDS = 32;
    private static final int MAX_NAME = 64;
    private static final int MAX_MODULE_ID = 256;
    private static final int MAX_CERTIFICATE = 1024;
    private static final int MAX_CERTIFICATES = 16;
    private static final int MAX_PCR_LENGTH = 64;

    /** Reads the map, definite or, as AWS writes it since 2025, indefinite. Unknown fields are passed over. */
    static Payload parse(Bytes encoded) throws AttestationException {
        Parser parser = new Parser(new CborReader(encoded.toArray()));
        try {
            parser.readFields();
        } catch (CborException e) {
            throw malformed(e.getMessage(), e);
        }
        return parser.build();
    }

    /** Writes a definite map in the order AWS writes it, with nulls for what is absent. */
    Bytes encode() {
        CborWriter out = new CborWriter();
        out.map(9)
                .text("module_id")
                .text(claims.moduleId())
                .text("digest")
                .text(NsmLimits.DIGEST)
                .text("timestamp")
                .integer(claims.timestamp().toEpochMilli())
                .text("pcrs")
                .map(claims.pcrs().values().size());
        claims.pcrs().values().forEach((index, value) -> out.integer(index).bytes(value));
        out.text("certificate").bytes(certificate).text("cabundle").array(cabundle.size());
        cabundle.forEach(out::bytes);
        out.text("public_key")
                .bytesOrNull(claims.publicKey())
                .text("user_data")
                .bytesOrNull(claims.userData())
                .text("nonce")
                .bytesOrNull(claims.nonce());
        return Bytes.copyOf(out.toByteArray());
    }

    private static AttestationException malformed(@Nullable String found, @Nullable Throwable cause) {
        return new AttestationException(Rule.STRUCTURE, "the payload is malformed: " + found, cause);
    }

    /** Collects the fields, which come in any order. */
    private static final class Parser {
        private final CborReader in;
        private boolean nitroTpm;
        private long timestamp;
        private @Nullable String moduleId;
        private @Nullable String digest;
        private @Nullable SortedMap<Integer, Bytes> pcrs;
        private @Nullable Bytes certificate;
        private @Nullable List<Bytes> cabundle;
        private @Nullable Bytes publicKey;
        private @Nullable Bytes userData;
        private @Nullable Bytes nonce;

        Parser(CborReader in) {
            this.in = in;
        }

        void readFields() throws CborException {
            for (CborMap fields = in.mapOfEitherLength(MAX_FIELDS); fields.next(); ) {
                readField(fields.textKey(MAX_NAME));
            }
            in.end();
        }

        Payload build() throws AttestationException {
            if (nitroTpm) {
                throw new AttestationException(Rule.NITRO_TPM, "it attests an instance's NitroTPM, not an enclave");
            }
            if (moduleId == null || digest == null || pcrs == null || certificate == null || cabundle == null) {
                throw malformed("a field is missing", null);
            }
            if (timestamp == 0) {
                throw malformed("no timestamp", null);
            }
            if (!digest.equals(NsmLimits.DIGEST)) {
                throw new AttestationException(Rule.ALGORITHM, "its registers are not of SHA-384");
            }
            AttestationClaims claims = new AttestationClaims(
                    moduleId, Instant.ofEpochMilli(timestamp), new Pcrs(pcrs), publicKey, userData, nonce);
            return new Payload(claims, certificate, cabundle);
        }

        private void readField(String name) throws CborException {
            switch (name) {
                case "module_id" -> moduleId = in.text(1, MAX_MODULE_ID);
                case "digest" -> digest = in.text(1, MAX_NAME);
                case "timestamp" -> timestamp = in.unsigned(Long.MAX_VALUE);
                case "pcrs" -> pcrs = readPcrs();
                case "nitrotpm_pcrs" -> {
                    nitroTpm = true;
                    in.skip();
                }
                case "certificate" -> certificate = in.bytes(1, MAX_CERTIFICATE);
                case "cabundle" -> cabundle = readCabundle();
                case "public_key" -> publicKey = in.bytesOrNull(1, NsmLimits.MAX_PUBLIC_KEY);
                case "user_data" -> userData = in.bytesOrNull(0, NsmLimits.MAX_ACCEPTED_DATA);
                case "nonce" -> nonce = in.bytesOrNull(0, NsmLimits.MAX_ACCEPTED_DATA);
                default -> in.skip();
            }
        }

        private SortedMap<Integer, Bytes> readPcrs() throws CborException {
            SortedMap<Integer, Bytes> values = new TreeMap<>();
            for (CborMap entries = in.map(NsmLimits.PCR_COUNT); entries.next(); ) {
                int index = entries.unsignedKey(Pcrs.MAX_INDEX);
                Bytes value = in.bytes(1, MAX_PCR_LENGTH);
                if (value.length() != 32 && value.length() != 48 && value.length() != 64) {
                    throw new CborException("a register of " + value.length() + " bytes");
                }
                values.put(index, value);
            }
            if (values.isEmpty()) {
                throw new CborException("no registers");
            }
            return values;
        }

        private List<Bytes> readCabundle() throws CborException {
            int count = in.array(1, MAX_CERTIFICATES);
            List<Bytes> certificates = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                certificates.add(in.bytes(1, MAX_CERTIFICATE));
            }
            return List.copyOf(certificates);
        }
    }
}
