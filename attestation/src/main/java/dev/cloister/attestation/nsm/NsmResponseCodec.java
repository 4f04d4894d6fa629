package dev.cloister.attestation.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.cbor.CborKind;
import dev.cloister.attestation.cbor.CborMap;
import dev.cloister.attestation.cbor.CborReader;
import dev.cloister.attestation.cbor.CborWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Responses, shaped as the requests are.
 *
 * <p>Linux matches the answer to GetRandom by its fixed first bytes, so the order of the fields, the definite lengths and
 * the shortest forms are part of the format.
 */
final class NsmResponseCodec {
    private static final int MAX_FIELDS = 16;
    private static final int MAX_DIGEST_LENGTH = 64;

    private NsmResponseCodec() {}

    static byte[] encode(NsmResponse response) {
        CborWriter out = new CborWriter();
        switch (response) {
            case NsmResponse.DescribeNsm describe -> encode(describe, out);
            case NsmResponse.DescribePcr(boolean locked, Bytes value) ->
                NsmRequestCodec.struct(out, "DescribePCR", 2)
                        .text("lock")
                        .bool(locked)
                        .text("data")
                        .bytes(value);
            case NsmResponse.ExtendPcr(Bytes value) ->
                NsmRequestCodec.struct(out, "ExtendPCR", 1).text("data").bytes(value);
            case NsmResponse.LockPcr() -> out.text("LockPCR");
            case NsmResponse.LockPcrs() -> out.text("LockPCRs");
            case NsmResponse.Attestation(Bytes document) ->
                NsmRequestCodec.struct(out, "Attestation", 1).text("document").bytes(document);
            case NsmResponse.GetRandom(Bytes random) ->
                NsmRequestCodec.struct(out, "GetRandom", 1).text("random").bytes(random);
            case NsmResponse.Failure(NsmError error) -> out.map(1).text("Error").text(error.wireName());
        }
        return out.toByteArray();
    }

    static NsmResponse decode(byte[] encoded) throws CborException {
        CborReader in = new CborReader(encoded);
        NsmResponse response = in.peek() == CborKind.TEXT ? unit(in) : struct(in);
        in.end();
        return response;
    }

    private static void encode(NsmResponse.DescribeNsm describe, CborWriter out) {
        NsmRequestCodec.struct(out, "DescribeNSM", 7)
                .text("version_major")
                .integer(describe.versionMajor())
                .text("version_minor")
                .integer(describe.versionMinor())
                .text("version_patch")
                .integer(describe.versionPatch())
                .text("module_id")
                .text(describe.moduleId())
                .text("max_pcrs")
                .integer(describe.maxPcrs())
                .text("locked_pcrs")
                .array(describe.lockedPcrs().size());
        describe.lockedPcrs().forEach(out::integer);
        out.text("digest").text(describe.digest());
    }

    private static NsmResponse unit(CborReader in) throws CborException {
        return switch (in.text(1, NsmLimits.MAX_NAME)) {
            case "LockPCR" -> new NsmResponse.LockPcr();
            case "LockPCRs" -> new NsmResponse.LockPcrs();
            default -> throw new CborException("an unknown response without fields");
        };
    }

    private static NsmResponse struct(CborReader in) throws CborException {
        CborMap union = in.map(1);
        if (!union.next()) {
            throw new CborException("a response of no kind");
        }
        return switch (union.textKey(NsmLimits.MAX_NAME)) {
            case "DescribeNSM" -> describeNsm(in);
            case "DescribePCR" -> describePcr(in);
            case "ExtendPCR" -> new NsmResponse.ExtendPcr(bytes(in, "data", MAX_DIGEST_LENGTH));
            case "Attestation" -> new NsmResponse.Attestation(bytes(in, "document", NsmLimits.MAX_RESPONSE));
            case "GetRandom" -> new NsmResponse.GetRandom(bytes(in, "random", NsmLimits.MAX_RESPONSE));
            case "Error" -> new NsmResponse.Failure(error(in.text(1, NsmLimits.MAX_NAME)));
            default -> throw new CborException("an unknown response with fields");
        };
    }

    private static NsmResponse describeNsm(CborReader in) throws CborException {
        DescriptionBuilder description = new DescriptionBuilder();
        for (CborMap fields = in.map(MAX_FIELDS); fields.next(); ) {
            description.read(fields.textKey(NsmLimits.MAX_NAME), in);
        }
        return description.build();
    }

    private static NsmResponse describePcr(CborReader in) throws CborException {
        Boolean locked = null;
        Bytes value = null;
        for (CborMap fields = in.map(MAX_FIELDS); fields.next(); ) {
            switch (fields.textKey(NsmLimits.MAX_NAME)) {
                case "lock" -> locked = in.bool();
                case "data" -> value = in.bytes(1, MAX_DIGEST_LENGTH);
                default -> in.skip();
            }
        }
        if (locked == null || value == null) {
            throw new CborException("a register without lock or data");
        }
        return new NsmResponse.DescribePcr(locked, value);
    }

    /** The one field of a response that is needed, a byte string. */
    private static Bytes bytes(CborReader in, String field, int max) throws CborException {
        Bytes value = null;
        for (CborMap fields = in.map(MAX_FIELDS); fields.next(); ) {
            if (fields.textKey(NsmLimits.MAX_NAME).equals(field)) {
                value = in.bytes(1, max);
            } else {
                in.skip();
            }
        }
        if (value == null) {
            throw new CborException("no field " + field);
        }
        return value;
    }

    private static NsmError error(String wireName) throws CborException {
        for (NsmError error : NsmError.values()) {
            if (error.wireName().equals(wireName)) {
                return error;
            }
        }
        throw new CborException("an unknown error");
    }

    /** Collects the fields of a module's description, all of which must come. */
    private static final class DescriptionBuilder {
        private int major = -1;
        private int minor = -1;
        private int patch = -1;
        private int maxPcrs = -1;
        private @Nullable String moduleId;
        private @Nullable String digest;
        private @Nullable List<Integer> lockedPcrs;

        void read(String field, CborReader in) throws CborException {
            switch (field) {
                case "version_major" -> major = u16(in);
                case "version_minor" -> minor = u16(in);
                case "version_patch" -> patch = u16(in);
                case "module_id" -> moduleId = in.text(1, NsmLimits.MAX_NAME * 4);
                case "max_pcrs" -> maxPcrs = u16(in);
                case "locked_pcrs" -> lockedPcrs = numbers(in);
                case "digest" -> digest = in.text(1, NsmLimits.MAX_NAME);
                default -> in.skip();
            }
        }

        NsmResponse build() throws CborException {
            if (Math.min(Math.min(major, minor), Math.min(patch, maxPcrs)) < 0
                    || moduleId == null
                    || digest == null
                    || lockedPcrs == null) {
                throw new CborException("a module's description with a field missing");
            }
            return new NsmResponse.DescribeNsm(major, minor, patch, moduleId, maxPcrs, lockedPcrs, digest);
        }

        private static List<Integer> numbers(CborReader in) throws CborException {
            int count = in.array(0, NsmLimits.U16_MAX);
            List<Integer> numbers = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                numbers.add(u16(in));
            }
            return numbers;
        }

        private static int u16(CborReader in) throws CborException {
            return (int) in.unsigned(NsmLimits.U16_MAX);
        }
    }
}
