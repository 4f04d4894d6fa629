package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The templates that are committed are those that the code makes, and a person can upload them as they are. */
class TemplatesTest {
    private static final Path FOLDER = Path.of("templates");

    private static Map<String, String> synthesized;

    @BeforeAll
    static void synthesize() throws IOException {
        Node.assumeInstalled();
        synthesized = Templates.synthesize();
    }

    @Test
    void committedTemplates_areThoseOfTheCode() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(synthesized.keySet());
        }
        for (Map.Entry<String, String> template : synthesized.entrySet()) {
            assertThat(Files.readString(FOLDER.resolve(template.getKey())))
                    .as("%s is stale: './cloister stacks' writes it anew", template.getKey())
                    .isEqualTo(template.getValue());
        }
    }

    @Test
    void templates_needNeitherAssetsNorABootstrappedAccount() {
        for (Map.Entry<String, String> template : synthesized.entrySet()) {
            assertThat(template.getValue())
                    .as(template.getKey())
                    .doesNotContainIgnoringCase("bootstrap")
                    .doesNotContainIgnoringCase("asset")
                    .doesNotContain("\"Rules\": {", "CDKMetadata", "aws:cdk:path");
            assertThat(template.getValue().length()).as(template.getKey()).isLessThan(51_200);
        }
    }

    @Test
    void everyParameter_hasAPatternAndSaysWhatItWants() {
        assertThat(synthesized).isNotEmpty();
        for (String template : synthesized.values()) {
            for (String part : parameters(template)) {
                assertThat(part).contains("\"Description\"");
                // The others are names of resources, which CloudFormation itself looks up.
                if (part.contains("\"Type\": \"String\"")) {
                    assertThat(part).contains("AllowedPattern", "ConstraintDescription");
                }
            }
        }
    }

    private static List<String> parameters(String template) {
        int begin = template.indexOf("\n  \"Parameters\": {");
        String section = template.substring(begin, template.indexOf("\n  },", begin));
        return Stream.of(section.split("\n    }"))
                .filter(part -> part.contains("\"Type\""))
                .toList();
    }
}
