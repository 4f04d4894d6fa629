package dev.cloister.host.proxy;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/**
 * Where the proxy may connect to: the file of AWS's {@code vsock-proxy}, in its shape and with its rules.
 *
 * <pre>{@code
 * allowlist:
 * - {address: kms.eu-central-1.amazonaws.com, port: 443}
 * }</pre>
 *
 * An entry allows a destination of the same port whose name it spells, or whose address its own name resolves to.
 * Unlike {@code vsock-proxy}, which takes ports modulo 65536, this refuses a port that is none.
 */
sealed interface AllowList {
    /** The file that {@code vsock-proxy} reads, and this does when none is named. */
    Path DEFAULT_FILE = Path.of("/etc/nitro_enclaves/vsock-proxy.yaml");

    /** Whether a destination is allowed that has resolved to an address. */
    boolean allows(Destination destination, InetAddress resolved);

    /**
     * The list that counts: the file named, which must exist; else the default file; else the built-in list.
     *
     * @throws CommandException when the file cannot be used
     */
    static AllowList load(Optional<Path> named) throws CommandException {
        return named.isEmpty() && Files.notExists(DEFAULT_FILE) ? new KmsEndpoints() : read(named.orElse(DEFAULT_FILE));
    }

    private static AllowList read(Path file) throws CommandException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(Entries.MAX_FILE + 1);
            if (content.length > Entries.MAX_FILE) {
                throw Entries.wrong("the allow-list " + file + " is larger than " + Entries.MAX_FILE + " bytes");
            }
            return Entries.parse(file.toString(), new String(content, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Entries.wrong("the allow-list " + file + " could not be opened: " + e.getMessage());
        }
    }

    /** KMS in every region of every partition, and nothing else: what AWS's file allows, without naming the regions. */
    record KmsEndpoints() implements AllowList {
        @Override
        public boolean allows(Destination destination, InetAddress resolved) {
            String[] labels = destination.host().split("\\.", 3);
            return destination.port() == Destination.HTTPS
                    && labels.length == 3
                    && (labels[0].equals("kms") || labels[0].equals("kms-fips"))
                    && labels[1].matches("[a-z]{2}(-[a-z]+)+-[0-9]+")
                    && labels[2].equals(
                            PartitionMetadata.of(Region.of(labels[1])).dnsSuffix());
        }
    }

    /** The entries of a file. */
    record Entries(List<Destination> entries) implements AllowList {
        static final int MAX_FILE = 1 << 20;

        @Override
        public boolean allows(Destination destination, InetAddress resolved) {
            List<Destination> samePort = entries.stream()
                    .filter(entry -> entry.port() == destination.port())
                    .toList();
            return samePort.stream().anyMatch(entry -> entry.host().equals(destination.host()))
                    || samePort.stream().anyMatch(entry -> resolvesTo(entry.host(), resolved));
        }

        private static boolean resolvesTo(String host, InetAddress address) {
            try {
                return Arrays.asList(InetAddress.getAllByName(host)).contains(address);
            } catch (UnknownHostException skipped) {
                return false;
            }
        }

        /** Reads a file's text; the checks come in {@code vsock-proxy}'s order. */
        static Entries parse(String name, String text) throws CommandException {
            Object document;
            try {
                document = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
            } catch (YamlEngineException e) {
                throw wrong("the allow-list " + name + " is not well-formed YAML");
            }
            if (!(document instanceof Map<?, ?> map) || !(map.get("allowlist") instanceof List<?> items)) {
                throw wrong("the allow-list " + name + " has no list 'allowlist'");
            }
            List<Destination> entries = new ArrayList<>();
            for (Object item : items) {
                entries.add(entry(name, item));
            }
            return new Entries(List.copyOf(entries));
        }

        private static Destination entry(String name, Object item) throws CommandException {
            Map<?, ?> entry = item instanceof Map<?, ?> map ? map : Map.of();
            if (!(entry.get("address") instanceof String address)) {
                throw wrong("an entry of the allow-list " + name + " has no text 'address'");
            }
            if (!(entry.get("port") instanceof Number port)
                    || !Destination.isPort(port.longValue())
                    || port.doubleValue() != port.longValue()) {
                throw wrong("the entry '" + address + "' of the allow-list " + name + " has no 'port' of 1 to 65535");
            }
            return new Destination(address, port.intValue());
        }

        private static CommandException wrong(String message) {
            return new CommandException(
                    ExitStatus.FAILED,
                    message,
                    "write 'allowlist:', then entries such as '- {address: kms.eu-central-1.amazonaws.com, port: 443}'");
        }
    }
}
