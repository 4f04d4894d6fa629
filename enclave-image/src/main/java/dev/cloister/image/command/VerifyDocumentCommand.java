package dev.cloister.image.command;

import dev.cloister.attestation.document.AttestationDocument;
import dev.cloister.attestation.document.AttestationException;
import dev.cloister.attestation.document.AttestationVerifier;
import dev.cloister.attestation.document.NitroRoot;
import dev.cloister.attestation.document.Rule;
import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.cli.Printable;
import dev.cloister.image.attestation.DocumentFile;
import dev.cloister.image.attestation.DocumentReport;
import dev.cloister.image.attestation.Expectations;
import dev.cloister.image.attestation.Times;
import dev.cloister.image.file.FileContent;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = "Verify a document: its signature, its certificates up to AWS's root, its age, and what is asked "
                + "of it. Ends with 11 and names the rule when it does not hold.",
        sortOptions = false)
final class VerifyDocumentCommand extends Task {
    @Parameters(paramLabel = "FILE", description = "The document, as the security module made it.")
    Path file = Path.of("");

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "The time to verify at, such as 2026-01-31T12:00:00Z, or 'document': the time that the "
                    + "document says it was made at, for one that was stored [now].")
    String at = "";

    @Option(names = "--pcr0", paramLabel = "HEX", description = "The image's PCR0; one of several when repeated.")
    List<String> pcr0 = new ArrayList<>();

    @Option(names = "--pcr", paramLabel = "N=HEX", description = "Another register's value; repeatable.")
    List<String> pcrs = new ArrayList<>();

    @Option(names = "--nonce", paramLabel = "HEX", description = "The nonce that the enclave was given.")
    @Nullable
    String nonce;

    @Option(
            names = "--max-age",
            paramLabel = "DURATION",
            description = "The oldest document to accept, such as 30s, 5m, 3h [${DEFAULT-VALUE}].")
    String maxAge = "3h";

    @Option(
            names = "--allow-debug",
            description = "Accept an enclave in debug mode, whose image is not measured and whose console can be read.")
    boolean debugAllowed;

    @Option(
            names = "--root",
            paramLabel = "PEM",
            description = "Trust this root certificate instead of AWS's, such as a local cloud's.")
    @Nullable
    Path root;

    @Override
    void execute() throws CommandException, FormatException, IOException {
        Expectations expectations = expectations();
        AttestationVerifier verifier = verifier();
        byte[] document = DocumentFile.read(file);
        try {
            DocumentReport report = DocumentReport.of(AttestationDocument.parse(document));
            verifier.verify(document, expectations.policy(Times.duration(maxAge)), time(document));
            print(report, expectations);
        } catch (AttestationException e) {
            if (common.json()) {
                System.out.println(Json.write(refusal(e)));
            }
            throw rejected(e);
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
    }

    private Expectations expectations() throws CommandException {
        Expectations expectations = new Expectations();
        try {
            pcr0.forEach(hex -> expectations.pcr(0, hex));
            for (String pcr : pcrs) {
                int equals = pcr.indexOf('=');
                if (!pcr.matches("[0-9]{1,2}=.*")) {
                    throw new IllegalArgumentException("--pcr is N=HEX, such as 4=0a1b...");
                }
                expectations.pcr(Integer.parseInt(pcr.substring(0, equals)), pcr.substring(equals + 1));
            }
            if (nonce != null) {
                expectations.nonce(nonce);
            }
        } catch (IllegalArgumentException e) {
            throw usage(e);
        }
        if (debugAllowed) {
            expectations.allowDebug();
        }
        return expectations;
    }

    private AttestationVerifier verifier() throws FormatException, IOException {
        if (root == null) {
            return AttestationVerifier.ofFingerprint(NitroRoot.AWS_G1_SHA256);
        }
        if (FileContent.of(root).size() > Pem.MAX_SIZE) {
            throw new FormatException(root + ": too large for a certificate");
        }
        X509Certificate certificate = Pem.firstCertificate(root.toString(), Files.readAllBytes(root));
        try {
            System.err.println("cloister: warning: trusting the root "
                    + Printable.of(certificate.getSubjectX500Principal().toString()) + " of " + root + ", not AWS's");
            return AttestationVerifier.ofRoot(certificate);
        } catch (CertificateEncodingException e) {
            throw new FormatException(root + ": the certificate cannot be read", e);
        }
    }

    private Instant time(byte[] document) throws AttestationException {
        if (at.isEmpty()) {
            return Instant.now();
        }
        return at.equals("document")
                ? AttestationDocument.parse(document).unverifiedClaims().timestamp()
                : Times.instant(at);
    }

    private void print(DocumentReport report, Expectations expectations) {
        if (common.json()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("Verified", true);
            map.put("ImageExpected", expectations.identifyAnImage());
            map.putAll(report.toMap());
            System.out.println(Json.write(map));
        } else {
            System.out.println("the document holds");
            report.lines().forEach(System.out::println);
        }
        if (!expectations.identifyAnImage()) {
            System.err.println("cloister: warning: no image was asked for, so that of any enclave would have held; "
                    + "name yours with --pcr0");
        }
    }

    private static Map<String, @Nullable Object> refusal(AttestationException e) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("Verified", false);
        map.put("Rule", name(e.rule()));
        map.put("Reason", e.getMessage());
        return map;
    }

    static CommandException rejected(AttestationException e) {
        String hint = switch (e.rule()) {
            case STRUCTURE -> "give the document as the security module made it: binary, not base64 or hex";
            case NITRO_TPM -> "get a document from /dev/nsm inside an enclave";
            case ALGORITHM, SIGNATURE -> "do not trust it: it was changed or made by something else than a module";
            case ROOT -> "a local cloud's documents are under a root of its own, which --root names";
            case CERTIFICATE_PATH -> "certificates live for hours; verify a stored document with --at TIME";
            case TIMESTAMP -> "get a new document, or verify a stored one with --at TIME";
            case NONCE -> "it may be an older document that is played back; get a new one with your nonce";
            case DEBUG_MODE -> "start the enclave without --debug-mode, or accept it with --allow-debug";
            case PCRS -> "compare with 'cloister image describe' of the image you mean";
        };
        String message = e.getMessage() + " (rule " + name(e.rule()) + ")";
        return new CommandException(ExitStatus.ATTESTATION_REJECTED, message, hint, e);
    }

    private static String name(Rule rule) {
        return rule.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static CommandException usage(IllegalArgumentException e) {
        return new CommandException(
                ExitStatus.USAGE, String.valueOf(e.getMessage()), "see 'cloister attestation verify --help'", e);
    }
}
