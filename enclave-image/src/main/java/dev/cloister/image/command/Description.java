package dev.cloister.image.command;

import dev.cloister.image.eif.EifCheck;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifMetadata;
import dev.cloister.image.eif.EifSignature;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An image in the JSON shape of {@code nitro-cli describe-eif}, so that scripts written for that keep working. */
final class Description {
    private static final Map<String, String> LONG_NAMES = Map.of(
            "CN", "commonName",
            "O", "organizationName",
            "OU", "organizationalUnitName",
            "C", "countryName",
            "ST", "stateOrProvinceName",
            "L", "localityName");

    private static final DateTimeFormatter OPENSSL_TIME = DateTimeFormatter.ofPattern(
                    "MMM ppd HH:mm:ss uuuu 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Description() {}

    static Map<String, @Nullable Object> of(EifFile eif, EifCheck check) throws FormatException, IOException {
        EifMetadata metadata = eif.metadata();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("EifVersion", 4);
        map.put("Measurements", check.measurements().toMap());
        map.put("IsSigned", eif.isSigned());
        if (eif.isSigned()) {
            map.put("SigningCertificate", certificate(eif.signature()));
        }
        map.put("CheckCRC", check.crcMatches());
        if (eif.isSigned()) {
            map.put("SignatureCheck", eif.signature().signs(check.measurements().pcr0()));
        }
        map.put("ImageName", metadata.imageName());
        map.put("ImageVersion", metadata.imageVersion());
        map.put("Metadata", metadata(metadata));
        return map;
    }

    private static Map<String, @Nullable Object> metadata(EifMetadata metadata) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        JsonNode json = metadata.json();
        putAll(map, json.path("BuildMetadata"));
        map.put("DockerInfo", plain(json.path("DockerInfo")));
        putAll(map, json.path("CustomMetadata"));
        return map;
    }

    private static void putAll(Map<String, @Nullable Object> map, JsonNode object) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            map.put(member.getKey(), plain(member.getValue()));
        }
    }

    private static @Nullable Object plain(JsonNode node) {
        return JsonMapper.shared().convertValue(node, Object.class);
    }

    private static Map<String, Object> certificate(EifSignature signature) {
        X509Certificate certificate = signature.certificate();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("IssuerName", issuer(certificate));
        map.put("Algorithm", certificate.getSigAlgName().replaceFirst("(SHA[0-9]+)withECDSA", "ecdsa-with-$1"));
        map.put("NotBefore", time(certificate.getNotBefore().toInstant()));
        map.put("NotAfter", time(certificate.getNotAfter().toInstant()));
        map.put("Signature", HexFormat.ofDelimiter(":").formatHex(certificate.getSignature()));
        return map;
    }

    private static Map<String, String> issuer(X509Certificate certificate) {
        Map<String, String> names = new LinkedHashMap<>();
        String issuer = certificate.getIssuerX500Principal().getName();
        try {
            for (Rdn part : new LdapName(issuer).getRdns()) {
                names.put(LONG_NAMES.getOrDefault(part.getType(), part.getType()), String.valueOf(part.getValue()));
            }
        } catch (InvalidNameException e) {
            names.put("name", issuer);
        }
        return names;
    }

    private static String time(Instant instant) {
        return OPENSSL_TIME.format(instant);
    }
}
