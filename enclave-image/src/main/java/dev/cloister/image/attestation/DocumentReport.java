package dev.cloister.image.attestation;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationClaims;
import dev.cloister.attestation.document.AttestationDocument;
import dev.cloister.cli.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a document says, in lines for people and as a map for programs. Whether it is true is another question. */
public final class DocumentReport {
    private static final int LABEL_WIDTH = 14;

    private final AttestationClaims claims;
    private final List<CertificateSummary> certificates;

    private DocumentReport(AttestationClaims claims, List<CertificateSummary> certificates) {
        this.claims = claims;
        this.certificates = certificates;
    }

    /** Describes a well-formed document. */
    public static DocumentReport of(AttestationDocument document) {
        List<CertificateSummary> certificates = new ArrayList<>();
        document.cabundle().forEach(der -> certificates.add(CertificateSummary.of(der)));
        certificates.add(CertificateSummary.of(document.certificate()));
        return new DocumentReport(document.unverifiedClaims(), certificates);
    }

    /** Lines of a label and what belongs to it, without control characters. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line("module", Printable.of(claims.moduleId())));
        lines.add(line("made at", claims.timestamp().toString()));
        lines.add(line(
                "mode", claims.pcrs().unmeasured() ? "debug: the image is not measured, and readable" : "production"));
        List<String> zero = new ArrayList<>();
        claims.pcrs().values().forEach((index, value) -> {
            if (value.isZero()) {
                zero.add("PCR" + index);
            } else {
                lines.add(line("PCR" + index, value.hex()));
            }
        });
        if (!zero.isEmpty()) {
            lines.add(line("zero", String.join(" ", zero)));
        }
        lines.add(line("public key", text(claims.publicKey())));
        lines.add(line("user data", text(claims.userData())));
        lines.add(line("nonce", text(claims.nonce())));
        certificates.forEach(certificate -> lines.add(line("certificate", certificate.line())));
        return lines;
    }

    /** The same for {@code --json}; bytes in hexadecimal. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("ModuleId", claims.moduleId());
        map.put("Timestamp", claims.timestamp().toString());
        map.put("TimestampMillis", claims.timestamp().toEpochMilli());
        map.put("DebugMode", claims.pcrs().unmeasured());
        Map<String, String> pcrs = new LinkedHashMap<>();
        claims.pcrs().values().forEach((index, value) -> pcrs.put("PCR" + index, value.hex()));
        map.put("Pcrs", pcrs);
        map.put("PublicKey", hex(claims.publicKey()));
        map.put("UserData", hex(claims.userData()));
        map.put("Nonce", hex(claims.nonce()));
        map.put(
                "Certificates",
                certificates.stream().map(CertificateSummary::toMap).toList());
        return map;
    }

    private static String line(String label, String text) {
        return label + " ".repeat(LABEL_WIDTH - label.length()) + text;
    }

    private static @Nullable String hex(@Nullable Bytes bytes) {
        return bytes == null ? null : bytes.hex();
    }

    private static String text(@Nullable Bytes bytes) {
        if (bytes == null) {
            return "none";
        }
        String readable = readable(bytes.toArray());
        return bytes.length() + " bytes " + bytes.hex() + (readable.isEmpty() ? "" : " \"" + readable + "\"");
    }

    /** The bytes as text where they are text without anything that a terminal must not see; otherwise nothing. */
    private static String readable(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.codePoints().anyMatch(Printable::isUnsafe) ? "" : text;
        } catch (CharacterCodingException e) {
            return "";
        }
    }
}
