package dev.cloister.attestation.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.cbor.CborKind;
import dev.cloister.attestation.cbor.CborMap;
import dev.cloister.attestation.cbor.CborReader;
import dev.cloister.attestation.cbor.CborWriter;
import org.jspecify.annotations.Nullable;

/** Requests as externally tagged unions: a bare name, or a map from the name to a map of fields. */
final class NsmRequestCodec {
    private NsmRequestCodec() {}

    static byte[] encode(NsmRequest request) {
        CborWriter out = new CborWriter();
        switch (request) {
            case NsmRequest.DescribeNsm() -> out.text("DescribeNSM");
            case NsmRequest.GetRandom() -> out.text("GetRandom");
            case NsmRequest.DescribePcr(int index) ->
                struct(out, "DescribePCR", 1).text("index").integer(index);
            case NsmRequest.ExtendPcr(int index, Bytes data) ->
                struct(out, "ExtendPCR", 2)
                        .text("index")
                        .integer(index)
                        .text("data")
                        .bytes(data);
            case NsmRequest.LockPcr(int index) ->
                struct(out, "LockPCR", 1).text("index").integer(index);
            case NsmRequest.LockPcrs(int range) ->
                struct(out, "LockPCRs", 1).text("range").integer(range);
            case NsmRequest.Attestation a ->
                struct(out, "Attestation", 3)
                        .text("user_data")
                        .bytesOrNull(a.userData())
                        .text("nonce")
                        .bytesOrNull(a.nonce())
                        .text("public_key")
                        .bytesOrNull(a.publicKey());
        }
        return out.toByteArray();
    }

    static NsmRequest decode(byte[] encoded) throws CborException {
        CborReader in = new CborReader(encoded);
        NsmRequest request = in.peek() == CborKind.TEXT ? unit(in) : struct(in);
        in.end();
        return request;
    }

    static CborWriter struct(CborWriter out, String name, int fields) {
        return out.map(1).text(name).map(fields);
    }

    private static NsmRequest unit(CborReader in) throws CborException {
        String name = in.text(1, NsmLimits.MAX_NAME);
        return switch (name) {
            case "DescribeNSM" -> new NsmRequest.DescribeNsm();
            case "GetRandom" -> new NsmRequest.GetRandom();
            default -> throw new CborException("an unknown operation without fields");
        };
    }

    private static NsmRequest struct(CborReader in) throws CborException {
        CborMap union = in.map(1);
        if (!union.next()) {
            throw new CborException("a request without an operation");
        }
        return switch (union.textKey(NsmLimits.MAX_NAME)) {
            case "DescribePCR" -> new NsmRequest.DescribePcr(number(in, "index"));
            case "ExtendPCR" -> extend(in);
            case "LockPCR" -> new NsmRequest.LockPcr(number(in, "index"));
            case "LockPCRs" -> new NsmRequest.LockPcrs(number(in, "range"));
            case "Attestation" -> attestation(in);
            default -> throw new CborException("an unknown operation with fields");
        };
    }

    /** The fields of an operation that has only one, a number. */
    private static int number(CborReader in, String field) throws CborException {
        CborMap fields = in.map(1);
        if (!fields.next() || !fields.textKey(NsmLimits.MAX_NAME).equals(field)) {
            throw new CborException("no field " + field);
        }
        return (int) in.unsigned(NsmLimits.U16_MAX);
    }

    private static NsmRequest extend(CborReader in) throws CborException {
        Integer index = null;
        Bytes data = null;
        for (CborMap fields = in.map(2); fields.next(); ) {
            switch (fields.textKey(NsmLimits.MAX_NAME)) {
                case "index" -> index = (int) in.unsigned(NsmLimits.U16_MAX);
                case "data" -> data = in.bytes(0, NsmLimits.MAX_REQUEST);
                default -> throw unknownField();
            }
        }
        if (index == null || data == null) {
            throw new CborException("a register extended without index or data");
        }
        return new NsmRequest.ExtendPcr(index, data);
    }

    private static NsmRequest attestation(CborReader in) throws CborException {
        @Nullable Bytes userData = null;
        @Nullable Bytes nonce = null;
        @Nullable Bytes publicKey = null;
        for (CborMap fields = in.map(3); fields.next(); ) {
            switch (fields.textKey(NsmLimits.MAX_NAME)) {
                case "user_data" -> userData = in.bytesOrNull(0, NsmLimits.MAX_REQUEST);
                case "nonce" -> nonce = in.bytesOrNull(0, NsmLimits.MAX_REQUEST);
                case "public_key" -> publicKey = in.bytesOrNull(0, NsmLimits.MAX_REQUEST);
                default -> throw unknownField();
            }
        }
        return new NsmRequest.Attestation(userData, nonce, publicKey);
    }

    private static CborException unknownField() {
        return new CborException("an unknown field");
    }
}
