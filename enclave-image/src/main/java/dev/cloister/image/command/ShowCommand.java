package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.Json;
import dev.cloister.image.key.KeyPolicy;
import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.image.key.KmsKeyPolicies;
import picocli.CommandLine.Command;

@Command(name = "show", description = "Say which images may decrypt, and for which hosts.", sortOptions = false)
final class ShowCommand extends KeyTask {
    @Override
    void execute() throws CommandException, KeyPolicyException {
        KeyPolicy policy;
        try (KmsKeyPolicies policies = KmsKeyPolicies.open(key)) {
            policy = KeyPolicy.parse(policies.get(key));
        }
        if (common.json()) {
            System.out.println(Json.write(state(policy)));
            return;
        }
        policy.images().forEach(image -> System.out.println("image " + image));
        if (policy.images().isEmpty()) {
            System.out.println("no image is pinned");
        } else {
            policy.hosts().forEach(host -> System.out.println("host  " + host));
        }
        if (!policy.deniesOthers()) {
            System.err.println("cloister: warning: no statement " + KeyPolicy.DENY_SID
                    + ": IAM policies of the key's account may allow to decrypt anywhere");
        }
    }
}
