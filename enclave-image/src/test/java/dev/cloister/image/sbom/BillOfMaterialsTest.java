package dev.cloister.image.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.Node;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BillOfMaterialsTest {
    private final FileTree tree = new FileTree();

    @Test
    void packagesOfDebian_areThoseInstalled() throws Exception {
        file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        file("var/lib/dpkg/status", """
                Package: bash
                Status: install ok installed
                Architecture: amd64
                Version: 5.2.15-2+b7
                Description: shell
                 Version: of the description

                Package: gone
                Status: deinstall ok config-files
                Version: 1
                """);
        assertThat(urls()).containsExactly("pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64");
    }

    @Test
    void packagesOfAlpine_areFound() throws Exception {
        file("etc/os-release", "ID=alpine\n");
        file("lib/apk/db/installed", "C:Q1x=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nP:zlib\nV:1.3-r2\nA:x86_64\n");
        assertThat(urls())
                .containsExactly("pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64", "pkg:apk/alpine/zlib@1.3-r2?arch=x86_64");
    }

    @Test
    void jars_areKnownByWhatTheySayElseByTheirNames() throws Exception {
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(jar)) {
            zip.putNextEntry(new ZipEntry("META-INF/maven/org.example/inner/pom.properties"));
            zip.write("groupId=org.example\nartifactId=inner\nversion=2.0\n".getBytes(StandardCharsets.UTF_8));
        }
        file("opt/cloister/lib/outer-1.0.jar", jar.toString(StandardCharsets.ISO_8859_1));
        file("opt/cloister/lib/slf4j-api-1.7.36.jar", "no archive");
        file("opt/cloister/lib/plain.jar", "");
        assertThat(urls())
                .containsExactly(
                        "pkg:generic/plain", "pkg:generic/slf4j-api@1.7.36", "pkg:maven/org.example/inner@2.0");
    }

    @Test
    void runtimesAndPythonDistributions_areFound() throws Exception {
        file(
                "opt/cloister/runtime/release",
                "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"25.0.3+9-LTS\"\n");
        file("usr/lib/python3/dist-packages/Pillow-9.dist-info/METADATA", """
                Metadata-Version: 2.1
                Name: Pil_low
                Version: 9.4.0

                Name: not this
                """);
        file("etc/release", "no assignments");
        file("usr/share/METADATA", "Name: no distribution\n");
        assertThat(urls())
                .containsExactly("pkg:generic/Eclipse%20Adoptium/java@25.0.3%2B9-LTS", "pkg:pypi/pil-low@9.4.0");
    }

    @Test
    void document_isCycloneDxAndTheSameEveryTime() throws Exception {
        file("lib/a-1.jar", "");
        String bill = BillOfMaterials.of(tree, "digits", "1.0");
        assertThat(bill)
                .isEqualTo(BillOfMaterials.of(tree, "digits", "1.0"))
                .startsWith("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"version\":1,")
                .contains("\"location\":\"/lib/a-1.jar\"")
                .doesNotContain("timestamp", "serialNumber");
    }

    private List<String> urls() throws Exception {
        JsonNode bill = JsonMapper.shared().readTree(BillOfMaterials.of(tree, "x", "1"));
        return bill.path("components").values().stream()
                .map(component -> component.path("purl").asString())
                .toList();
    }

    private void file(String path, String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        tree.add(ImagePath.of(path), new Node.RegularFile(0644, 0, 0, Content.of(bytes)));
    }
}
