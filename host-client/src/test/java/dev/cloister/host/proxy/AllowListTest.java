package dev.cloister.host.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CommandException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {
    @TempDir
    Path folder;

    private AllowList read(String yaml) throws Exception {
        return AllowList.load(Optional.of(Files.writeString(folder.resolve("list.yaml"), yaml)));
    }

    private static InetAddress address(String text) throws Exception {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void flowAndBlockStyle_areRead() throws Exception {
        AllowList list =
                read("allowlist:\n- {address: one.example, port: 443}\n- address: two.example\n  port: 8443\n");
        assertThat(list.allows(new Destination("one.example", 443), address("192.0.2.1")))
                .isTrue();
        assertThat(list.allows(new Destination("two.example", 8443), address("192.0.2.1")))
                .isTrue();
    }

    @Test
    void otherPort_isNotAllowed() throws Exception {
        AllowList list = read("allowlist:\n- {address: 192.0.2.1, port: 443}\n");
        assertThat(list.allows(new Destination("192.0.2.1", 444), address("192.0.2.1")))
                .isFalse();
    }

    @Test
    void entryThatResolvesToTheSameAddress_allows() throws Exception {
        AllowList list = read("""
                allowlist:
                - {address: does-not-resolve.invalid, port: 443}
                - {address: localhost, port: 443}
                """);
        assertThat(list.allows(new Destination("other.example", 443), address("127.0.0.1")))
                .isTrue();
        assertThat(list.allows(new Destination("other.example", 443), address("127.0.0.2")))
                .isFalse();
    }

    @Test
    void emptyList_allowsNothing() throws Exception {
        assertThat(read("allowlist: []").allows(new Destination("a.example", 443), address("192.0.2.1")))
                .isFalse();
    }

    /** In the order in which vsock-proxy finds them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "allowlist: [ | is not well-formed YAML",
                "other: [] | has no list 'allowlist'",
                "allowlist: text | has no list 'allowlist'",
                "[] | has no list 'allowlist'",
                "allowlist: [text] | has no text 'address'",
                "allowlist: [{port: text}] | has no text 'address'",
                "allowlist: [{address: 1, port: 443}] | has no text 'address'",
                "allowlist: [{address: a}] | has no 'port'",
                "allowlist: [{address: a, port: text}] | has no 'port'",
                "allowlist: [{address: a, port: 0}] | has no 'port'",
                "allowlist: [{address: a, port: 65979}] | has no 'port'",
                "allowlist: [{address: a, port: 443.5}] | has no 'port'",
                "allowlist: [{address: a, port: 99999999999999999999}] | has no 'port'",
            })
    void brokenFile_isRefusedByName(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(message);
    }

    @Test
    void missingFile_isRefused() {
        assertThatThrownBy(() -> AllowList.load(Optional.of(folder.resolve("missing"))))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("could not be opened");
    }

    @Test
    void expandingYaml_isRefused() {
        String bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n" + "allowlist: ["
                + "*b,".repeat(100) + "*b]\n";
        assertThatThrownBy(() -> read(bomb)).isInstanceOf(CommandException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kms.eu-central-1.amazonaws.com",
                "kms-fips.us-gov-west-1.amazonaws.com",
                "kms.cn-north-1.amazonaws.com.cn",
                "kms.ap-southeast-5.amazonaws.com"
            })
    void builtInList_allowsKms(String host) throws Exception {
        assertThat(new AllowList.KmsEndpoints().allows(new Destination(host, 443), address("192.0.2.1")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3.eu-central-1.amazonaws.com",
                "kms.eu-central-1.amazonaws.com.evil.example",
                "kms.cn-north-1.amazonaws.com",
                "kms.evil.amazonaws.com",
                "evil.kms.eu-central-1.amazonaws.com",
                "kms.amazonaws.com",
                "127.0.0.1"
            })
    void builtInList_allowsNothingElse(String host) throws Exception {
        assertThat(new AllowList.KmsEndpoints().allows(new Destination(host, 443), address("192.0.2.1")))
                .isFalse();
        assertThat(new AllowList.KmsEndpoints()
                        .allows(new Destination("kms.eu-central-1.amazonaws.com", 80), address("192.0.2.1")))
                .isFalse();
    }
}
