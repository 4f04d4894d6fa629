package dev.cloister.enclave.yaml;

/** A YAML file that breaks a rule. The message names keys of the schema only, never anything the file holds. */
public final class YamlException extends Exception {
    private static final long serialVersionUID = 1;

    public YamlException(String message) {
        super(message);
    }
}
