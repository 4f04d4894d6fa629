package dev.cloister.image.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.Node;
import dev.cloister.image.rootfs.PathLookup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UserDatabaseTest {
    private final FileTree tree = new FileTree();

    @BeforeEach
    void makeFiles() throws Exception {
        file("etc/real/passwd", """
                root:x:0:0:root:/root:/bin/sh
                # none
                broken
                app:x:1000:100::/srv/app:/bin/sh
                42:x:7:8::/odd:
                huge:x:99999999999:0::/:
                """);
        file("etc/group", "root:x:0:root\nusers:x:100:\nwww:x:33:root,app\nvideo:x:44:app,other\n");
        tree.add(ImagePath.of("etc/passwd"), new Node.SymbolicLink("/etc/real/passwd", 0, 0));
    }

    @Test
    void name_hasItsGroupAndThoseThatListIt() throws Exception {
        assertThat(resolve("app")).isEqualTo(new Account(1000, 100, List.of(33, 44, 100), "/srv/app"));
    }

    @Test
    void numberInTheFile_isThatUser() throws Exception {
        assertThat(resolve("1000")).isEqualTo(resolve("app"));
    }

    @Test
    void numberNotInTheFile_isAUserOfGroupZero() throws Exception {
        assertThat(resolve("1234")).isEqualTo(new Account(1234, 0, List.of(0), "/"));
    }

    @Test
    void nameThatIsANumber_winsOverTheNumber() throws Exception {
        assertThat(resolve("42")).isEqualTo(new Account(7, 8, List.of(8), "/odd"));
    }

    @Test
    void givenGroup_isTheOnlyOne() throws Exception {
        assertThat(resolve("app:video")).isEqualTo(new Account(1000, 44, List.of(44), "/srv/app"));
        assertThat(resolve("app:55")).isEqualTo(new Account(1000, 55, List.of(55), "/srv/app"));
        assertThat(resolve(":www")).isEqualTo(new Account(0, 33, List.of(33), "/root"));
    }

    @Test
    void unknownNames_areRefused() {
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> resolve("no\u001bbody"))
                .withMessage("image: no user 'no?body' in /etc/passwd");
        assertThatExceptionOfType(FormatException.class)
                .isThrownBy(() -> resolve("app:none"))
                .withMessage("image: no group 'none' in /etc/group");
    }

    private Account resolve(String spelled) throws Exception {
        return UserDatabase.of(new PathLookup(tree)).resolve(spelled);
    }

    private void file(String path, String content) throws FormatException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        tree.add(ImagePath.of(path), new Node.RegularFile(0644, 0, 0, Content.of(bytes)));
    }
}
