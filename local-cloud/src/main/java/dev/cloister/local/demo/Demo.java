package dev.cloister.local.demo;

import dev.cloister.envelope.Envelope;
import dev.cloister.envelope.EnvelopeHeader;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.stage.Accounts;
import dev.cloister.local.stage.Cleanup;
import dev.cloister.local.stage.Commands;
import dev.cloister.local.stage.HostSide;
import dev.cloister.local.stage.Onboarding;
import dev.cloister.local.stage.StageException;
import dev.cloister.local.stage.Tampering;
import dev.cloister.local.stage.ThirdParty;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KmsException;

/**
 * The whole story on one machine. The third party encrypts its classifier, builds an image and pins its key to it; the
 * host runs the classifier on its own digits; then the host tries what it must not be able to do.
 */
final class Demo {
    private static final String PACKAGE = "application.cloister";
    private static final String ARGUMENTS = "-d /dataset/ -o /output/";

    private final Path home;
    private final Path work;
    private final Cleanup cleanup;
    private final Steps steps;
    private final LocalCloud cloud;
    private final Accounts accounts;
    private final Path image;
    private Onboarding onboarding = new Onboarding("", "", "", "");

    /**
     * A demo with nothing but the cloud.
     *
     * @param home folder of the cloister command, with the examples
     * @param work an empty folder with a short path
     */
    Demo(Path home, Path work, Cleanup cleanup, PrintStream out) throws Exception {
        this.home = home;
        this.work = work;
        this.cleanup = cleanup;
        this.steps = new Steps(out);
        this.cloud = LocalCloud.start(work.resolve("cloud"), LocalCloudOptions.inRegion("eu-west-1"));
        cleanup.add("stop the local cloud", cloud::close);
        this.accounts = new Accounts(cloud);
        this.image = work.resolve("image.eif");
    }

    /** Plays it; returns when all went as it should. */
    void play() throws Exception {
        steps.heading("The third party shares an application that nobody else can read");
        share();
        steps.heading("The host runs it on its own data");
        HostSide host = new HostSide(home, work, cloud, cleanup);
        start(host);
        use(host);
        steps.heading("What must fail, fails");
        attack(host);
        steps.done("All went as it should");
    }

    private void share() throws Exception {
        ThirdParty thirdParty = new ThirdParty(home, cloud);
        steps.step("both", "deploy stacks", () -> {
            onboarding = Onboarding.deploy(home, cloud);
            return "bucket " + onboarding.bucket() + ", and " + ThirdParty.KEY + ", which opens for nobody yet";
        });
        steps.step("third party", "encrypt", () -> {
            Path sealed = work.resolve(PACKAGE);
            Path application = home.resolve("examples/digits/application");
            thirdParty.encrypt(
                    application,
                    sealed,
                    "--upload",
                    onboarding.uploadPath() + "/" + PACKAGE,
                    "--sse-kms-key-id",
                    onboarding.bucketKey(),
                    "--expected-bucket-owner",
                    Account.host().id());
            return Files.size(sealed) / 1024 + " KiB sealed and uploaded";
        });
        steps.step("third party", "build image", () -> {
            thirdParty.buildImage(image, "runs: 8");
            return (Files.size(image) >> 20) + " MiB";
        });
        steps.step("third party", "pin", () -> {
            thirdParty.pin(image, HostSide.PARENT.roleArn());
            return "the key opens for the host's role inside this image, and not otherwise";
        });
    }

    private void start(HostSide host) throws Exception {
        steps.step("host", "start", () -> {
            LocalEnclave enclave = host.start(image);
            return "enclave with PCR0 " + enclave.measurements().pcr0().hex().substring(0, 16) + "…";
        });
        steps.step("host", "proxy", () -> {
            host.proxy();
            return "to " + cloud.endpoints().kms().getAuthority() + " and nowhere else";
        });
        steps.step("host", "sync", () -> host.sync().strip());
    }

    private void use(HostSide host) throws Exception {
        steps.step("host", "copy", () -> {
            fill(host);
            accounts.download(
                    onboarding.bucket(),
                    onboarding.object(PACKAGE),
                    host.packages().resolve(PACKAGE));
            return "dataset and package into the synced folder";
        });
        steps.step("host", "run", () -> {
            Commands.Outcome outcome = host.run(PACKAGE, "main.py", ARGUMENTS);
            if (outcome.status() != 0) {
                throw new StageException("run ended with " + outcome.status() + ": " + outcome.err());
            }
            return outcome.out().strip();
        });
        steps.step("host", "result", () -> {
            try (Stream<String> lines = Files.lines(host.mount().resolve("output/predictions.csv"))) {
                return "output/predictions.csv has " + (lines.count() - 1) + " predictions";
            }
        });
    }

    private void attack(HostSide host) throws Exception {
        Path sealed = host.packages().resolve(PACKAGE);
        steps.step("host", "own decrypt", () -> decryptWithoutEnclave(sealed));
        steps.step("host", "other image", () -> {
            Path changed = work.resolve("changed.eif");
            Tampering.changeImage(image, changed, "Debian GNU/Linux");
            HostSide other = new HostSide(home, Files.createDirectory(work.resolve("other")), cloud, cleanup);
            start(other, changed);
            fill(other);
            Files.copy(sealed, other.packages().resolve(PACKAGE));
            return refused(other, PACKAGE, "key-access-denied", "one byte of the image changed");
        });
        steps.step("host", "other package", () -> {
            Tampering.changePackage(sealed, sealed.resolveSibling("changed.cloister"));
            return refused(host, "changed.cloister", "package-not-authentic", "one bit of the package flipped");
        });
    }

    private static void start(HostSide host, Path image) throws Exception {
        host.start(image);
        host.proxy();
        host.sync();
    }

    private String decryptWithoutEnclave(Path sealed) throws IOException, StageException {
        EnvelopeHeader header;
        try (InputStream in = Files.newInputStream(sealed)) {
            header = Envelope.open(in).header();
        }
        try (KmsClient kms = accounts.kms(Account.host())) {
            kms.decrypt(request -> request.keyId(header.keyArn().value())
                    .ciphertextBlob(
                            SdkBytes.fromByteArray(header.encryptedDataKey().toBytes()))
                    .encryptionContext(header.encryptionContext().entries()));
        } catch (KmsException e) {
            String code = e.awsErrorDetails().errorCode();
            if (code.equals("AccessDeniedException")) {
                return code + ": the same credentials without an enclave";
            }
            throw new StageException("expected AccessDeniedException, but KMS answered " + code);
        }
        throw new StageException("KMS gave the data key to the parent instance");
    }

    private static String refused(HostSide host, String name, String reason, String why) throws Exception {
        Commands.Outcome outcome = host.run(name, "main.py", ARGUMENTS);
        if (outcome.status() != 125 || !outcome.err().contains('"' + reason + '"')) {
            throw new StageException(
                    "expected " + reason + ", but run ended with " + outcome.status() + ": " + outcome.err());
        }
        return reason + ": " + why;
    }

    private void fill(HostSide host) throws IOException {
        Path dataset = Files.createDirectories(host.mount().resolve("dataset"));
        Files.createDirectories(host.mount().resolve("output"));
        Files.copy(home.resolve("examples/digits/dataset/digits.csv"), dataset.resolve("digits.csv"));
    }
}
