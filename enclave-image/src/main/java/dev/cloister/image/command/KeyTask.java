package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.Json;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifSignature;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.Pcr;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.key.KeyPolicy;
import dev.cloister.image.key.KeyPolicyEdit;
import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.image.key.KmsKeyPolicies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the commands on a key's policy have in common. */
abstract class KeyTask extends Task {
    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            required = true,
            description = "The key: its ARN, id or alias.")
    String key = "";

    /** Changes the key's policy and shows what changed. */
    final void edit(KeyPolicyEdit.Change change) throws CommandException, KeyPolicyException {
        KeyPolicyEdit edit;
        try (KmsKeyPolicies policies = KmsKeyPolicies.open(key)) {
            edit = KeyPolicyEdit.apply(policies, key, change);
        }
        if (common.json()) {
            Map<String, Object> result = state(edit.policy());
            result.put("Changed", !edit.difference().isEmpty());
            System.out.println(Json.write(result));
        } else if (edit.difference().isEmpty()) {
            System.out.println("nothing to change");
        } else {
            edit.difference().forEach(System.out::println);
        }
    }

    /** The policy's decision, for {@code --json}. */
    final Map<String, Object> state(KeyPolicy policy) throws KeyPolicyException {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("Key", key);
        state.put("Images", policy.images().stream().map(Pcr::hex).toList());
        state.put("Hosts", policy.images().isEmpty() ? List.of() : policy.hosts());
        state.put("DeniesOthers", policy.deniesOthers());
        return state;
    }

    /**
     * The values to pin or unpin.
     *
     * @param images files, which are measured; one with a wrong checksum or signature is refused
     */
    static List<Pcr> values(List<Path> images, List<String> hex) throws CommandException, FormatException, IOException {
        List<Pcr> values = new ArrayList<>();
        for (Path image : images) {
            values.add(measure(image));
        }
        for (String value : hex) {
            try {
                values.add(Pcr.parse(value));
            } catch (IllegalArgumentException e) {
                throw failed(String.valueOf(e.getMessage()), "copy it from 'cloister image describe'", e);
            }
        }
        return values;
    }

    private static Pcr measure(Path image) throws CommandException, FormatException, IOException {
        try (EifFile eif = EifFile.open(image)) {
            Measurements measurements = eif.measure();
            if (eif.isSigned()) {
                EifSignature signature = eif.signature();
                if (!signature.signs(measurements.pcr0())) {
                    throw failed("the signature of " + image + " is wrong", "build and sign the image again", null);
                }
            }
            return measurements.pcr0();
        }
    }
}
