package dev.cloister.enclave.config;

/** The image or its platform says something the server cannot work with; it does not start. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    public ConfigurationException(String message) {
        super(message);
    }
}
