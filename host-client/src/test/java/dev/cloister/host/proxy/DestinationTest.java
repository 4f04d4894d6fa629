package dev.cloister.host.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CommandException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
    @Test
    void to_comesFirst() throws Exception {
        Map<String, String> environment = Map.of(Destination.ENDPOINT_VARIABLE, "https://other.example");
        assertThat(Destination.choose("a.example:8443", "eu-central-1", environment))
                .isEqualTo(new Destination("a.example", 8443));
        assertThat(Destination.choose("[::1]:8443", null, environment)).isEqualTo(new Destination("::1", 8443));
    }

    @ParameterizedTest
    @CsvSource({
        "https://127.0.0.1:8443/, 127.0.0.1:8443",
        "https://kms.example, kms.example:443",
        "http://kms.example, kms.example:80",
        "https://[::1]:9, [::1]:9"
    })
    void endpointVariable_isUsedNext(String url, String destination) throws Exception {
        assertThat(Destination.choose(null, null, Map.of(Destination.ENDPOINT_VARIABLE, url)))
                .hasToString(destination);
    }

    @ParameterizedTest
    @CsvSource({
        "eu-central-1, kms.eu-central-1.amazonaws.com",
        "cn-north-1, kms.cn-north-1.amazonaws.com.cn",
        "us-gov-west-1, kms.us-gov-west-1.amazonaws.com"
    })
    void region_hasTheEndpointOfItsPartition(String region, String host) throws Exception {
        assertThat(Destination.choose(null, region, Map.of())).isEqualTo(new Destination(host, 443));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":443", "host:0", "host:65536", "host:x", "[]:1"})
    void wrongTo_isRefused(String to) {
        assertThatThrownBy(() -> Destination.choose(to, null, Map.of())).isInstanceOf(CommandException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "evil.example/", "UPPER"})
    void wrongRegion_isRefused(String region) {
        assertThatThrownBy(() -> Destination.choose(null, region, Map.of())).isInstanceOf(CommandException.class);
    }
}
