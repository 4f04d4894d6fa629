package dev.cloister.host.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Resolves the destination anew for each connection and lets through only what the allow-list allows and is no
 * link-local or instance metadata address, whatever the list says.
 */
final class Resolver {
    /** The instance metadata service over IPv6; over IPv4 it is link-local. */
    private static final String METADATA_IPV6 = "fd00:ec2:0:0:0:0:0:254";

    /** Turns a name into addresses, as {@link InetAddress#getAllByName} does. */
    interface Lookup {
        InetAddress[] resolve(String host) throws IOException;
    }

    private final Destination destination;
    private final AllowList allowList;
    private final Lookup lookup;

    Resolver(Destination destination, AllowList allowList, Lookup lookup) {
        this.destination = destination;
        this.allowList = allowList;
        this.lookup = lookup;
    }

    /** The destination may not be connected to. */
    static final class NotAllowedException extends IOException {
        private static final long serialVersionUID = 1;

        NotAllowedException(String message) {
            super(message);
        }
    }

    /**
     * The addresses to try, in order; at least one.
     *
     * @throws NotAllowedException when there are addresses, and none is allowed
     * @throws IOException when the name does not resolve
     */
    List<InetSocketAddress> addresses() throws IOException {
        List<InetSocketAddress> allowed = new ArrayList<>();
        String why = destination + " has no address";
        for (InetAddress address : lookup.resolve(destination.host())) {
            if (isForbidden(address)) {
                why = destination + " is the link-local or instance metadata address " + address.getHostAddress();
            } else if (!allowList.allows(destination, address)) {
                why = destination + " is not on the allow-list";
            } else {
                allowed.add(new InetSocketAddress(address, destination.port()));
            }
        }
        if (allowed.isEmpty()) {
            throw new NotAllowedException(why);
        }
        return allowed;
    }

    Destination destination() {
        return destination;
    }

    private static boolean isForbidden(InetAddress address) {
        return address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || address.getHostAddress().equals(METADATA_IPV6);
    }
}
