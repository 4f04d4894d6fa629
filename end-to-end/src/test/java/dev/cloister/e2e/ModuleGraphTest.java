package dev.cloister.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dependency graph is the trust boundary: README.md's table of modules, as rules. */
class ModuleGraphTest {
    private static final String PROTOCOL = "dev.cloister.protocol..";
    private static final String ENVELOPE = "dev.cloister.envelope..";
    private static final String ATTESTATION = "dev.cloister.attestation..";
    private static final String COMMAND_LINE = "dev.cloister.cli..";
    private static final String UPLOAD = "dev.cloister.upload..";
    private static final String ENCRYPTOR = "dev.cloister.encryptor..";
    private static final String IMAGE = "dev.cloister.image..";
    private static final String ENCLAVE = "dev.cloister.enclave..";
    private static final String HOST = "dev.cloister.host..";
    private static final String LOCAL = "dev.cloister.local..";

    private static JavaClasses production;

    @BeforeAll
    static void readClasses() {
        production = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.cloister");
    }

    @Test
    void protocol_dependsOnTheJdkAlone() {
        check(onlyDependsOn(PROTOCOL, "java..")
                .because("both sides of the boundary run it, and every line of it faces the other side"));
    }

    @Test
    void envelope_dependsOnItsThreeLibraries() {
        check(onlyDependsOn(
                        ENVELOPE,
                        "java..",
                        "javax.crypto..",
                        "com.google.crypto.tink..",
                        "com.github.luben.zstd..",
                        "org.apache.commons.compress..")
                .because("it holds the data key"));
    }

    @Test
    void attestation_dependsOnBouncyCastleAlone() {
        check(onlyDependsOn(ATTESTATION, "java..", "javax.crypto..", "javax.security..", "org.bouncycastle..")
                .because("it decides whom to believe"));
    }

    @Test
    void upload_dependsOnTheCommandLineAndTheSdkAlone() {
        check(onlyDependsOn(UPLOAD, "java..", "javax.net.ssl..", COMMAND_LINE, "picocli..", "software.amazon.awssdk..")
                .because("both commands of the third party build on it"));
    }

    @Test
    void parentInstance_seesNeitherPackagesNorAttestation() {
        check(noClasses()
                .that()
                .resideInAPackage(HOST)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ENVELOPE, ATTESTATION, ENCLAVE, IMAGE, ENCRYPTOR, UPLOAD)
                .because("the parent instance carries bytes and can open nothing"));
    }

    @Test
    void enclaveServer_seesNothingOfTheParent() {
        check(noClasses()
                .that()
                .resideInAPackage(ENCLAVE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(HOST, COMMAND_LINE, ENCRYPTOR, IMAGE, UPLOAD)
                .because("what is measured holds only what runs"));
    }

    @Test
    void shippedCode_doesNotSeeTheLocalCloud() {
        check(noClasses()
                .that()
                .resideInAnyPackage(
                        PROTOCOL, ENVELOPE, ATTESTATION, COMMAND_LINE, UPLOAD, ENCRYPTOR, IMAGE, ENCLAVE, HOST)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(LOCAL)
                .because("the local cloud trusts roots of its own"));
    }

    @Test
    void fileService_seesNeitherKeysNorPackages() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.cloister.enclave.files..", "dev.cloister.enclave.posix..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ENVELOPE, ATTESTATION, "dev.cloister.enclave.run..", "dev.cloister.enclave.kms..")
                .because("the process that serves files holds no data key"));
    }

    @Test
    void packages_formNoCycle() {
        check(slices().matching("dev.cloister.(**)").should().beFreeOfCycles().because("data flows one way"));
    }

    @Test
    void javaSerialization_isNotUsed() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectOutputStream.class)
                .because("it reads code where data is expected"));
    }

    private static ArchRule onlyDependsOn(String module, String... libraries) {
        String[] allowed = new String[libraries.length + 2];
        allowed[0] = module;
        allowed[1] = "org.jspecify..";
        System.arraycopy(libraries, 0, allowed, 2, libraries.length);
        return classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed);
    }

    private static void check(ArchRule rule) {
        rule.check(production);
    }
}
