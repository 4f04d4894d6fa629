package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.image.audit.Finding;
import dev.cloister.image.audit.Finding.Weight;
import dev.cloister.image.audit.Grant;
import dev.cloister.image.audit.IamPolicy;
import dev.cloister.image.audit.KeyAudit;
import dev.cloister.image.audit.UnreadablePolicyException;
import dev.cloister.image.eif.Pcr;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.key.IamAccount;
import dev.cloister.image.key.KeyFacts;
import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.image.key.KmsKeyPolicies;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "audit",
        description =
                "Say who could decrypt outside the pinned images, and how. Ends with 0 when nobody can, and with 1 "
                        + "when somebody can or something could not be read.",
        sortOptions = false)
final class AuditCommand extends KeyTask {
    @ArgGroup(exclusive = false)
    ImageOptions images = new ImageOptions();

    @Option(
            names = "--strict",
            description = "Count it as a finding, too, that the key's own account can change the policy.")
    boolean strict;

    private boolean found;

    @Override
    void execute() throws CommandException, FormatException, KeyPolicyException, IOException {
        List<Pcr> expected = values(images.files, images.pcr0);
        KeyAudit audit;
        try (KmsKeyPolicies policies = KmsKeyPolicies.open(key)) {
            audit = KeyAudit.of(
                    source(policies), key, expected.stream().map(Pcr::hex).toList());
        } catch (UnreadablePolicyException e) {
            throw failed(String.valueOf(e.getMessage()), "look at it in the KMS console", e);
        }
        found = audit.findings().stream().anyMatch(this::counts);
        if (common.json()) {
            System.out.println(Json.write(toMap(audit)));
        } else {
            print(audit);
        }
    }

    private static KeyAudit.Source source(KmsKeyPolicies policies) {
        return new KeyAudit.Source() {
            @Override
            public KeyAudit.Key key(String keyId) throws CommandException {
                KeyFacts facts = policies.describe(keyId);
                return new KeyAudit.Key(facts.arn(), facts.isImported(), facts.replicas());
            }

            @Override
            public String policy(String keyArn) throws CommandException {
                return policies.get(keyArn);
            }

            @Override
            public List<Grant> grants(String keyArn) throws CommandException {
                return policies.grants(keyArn);
            }

            @Override
            public List<IamPolicy> iam() throws CommandException {
                return IamAccount.policies();
            }
        };
    }

    @Override
    int status() {
        return found ? ExitStatus.FAILED.code() : ExitStatus.DONE.code();
    }

    private boolean counts(Finding finding) {
        return finding.weight() != Weight.NOTE || strict;
    }

    private void print(KeyAudit audit) {
        for (Finding finding : audit.findings()) {
            String label = finding.weight().name().toLowerCase(Locale.ROOT);
            System.out.println(label + ": " + finding.place() + ": " + finding.text());
        }
        audit.images().forEach(image -> System.out.println("image: " + image));
        System.out.println(
                found ? "not tight: see above" : "tight: only the images above can decrypt with " + audit.keyArn());
    }

    private Map<String, Object> toMap(KeyAudit audit) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("Key", audit.keyArn());
        map.put("Tight", !found);
        map.put("Images", audit.images());
        map.put("Findings", audit.findings().stream().map(AuditCommand::toMap).toList());
        return map;
    }

    private static Map<String, String> toMap(Finding finding) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("Weight", finding.weight().name().toLowerCase(Locale.ROOT));
        map.put("Place", finding.place());
        map.put("Text", finding.text());
        return map;
    }
}
