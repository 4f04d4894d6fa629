/*
 * The first program of an image that boots without AWS: does what the init in AWS's blobs folder does, in its order.
 *
 * Differences, each needed because the machine is not a Nitro Enclave:
 *   - the kernel's drivers for AF_VSOCK are modules; they are part of this file, since the first ramdisk holds init and
 *     nsm.ko and nothing else;
 *   - where there is no /dev/nsm, the program is told to find its security module at vsock:3:9001. That is in the
 *     measured image, and weakens nothing: whoever asks for a document decides whose signature counts.
 *
 * Whatever fails ends the machine, with a line on the console that says what.
 * debian.sh compiles it: one static file, nothing of the machine that compiles it but the C library.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/vm_sockets.h>

#define PARENT_CID 3
#define HEARTBEAT_PORT 9000
#define HEARTBEAT 0xB7
#define MAX_LAUNCH_FILE (1 << 20)

static const char search_path[] = "/sbin:/usr/sbin:/bin:/usr/bin";
static const char local_module[] = "CLOISTER_NSM=vsock:3:9001";

/* Puts a file into the data of this one; an empty file is a driver that the kernel has built in. */
#define EMBED(name, file)                                                                                           \
    extern const char name[], name##_end[];                                                                        \
    __asm__(".pushsection .rodata\n.balign 16\n" #name ":\n.incbin \"" file "\"\n" #name "_end:\n.byte 0\n.popsection\n")

EMBED(virtio_ring, "virtio_ring.ko");
EMBED(virtio, "virtio.ko");
EMBED(virtio_mmio, "virtio_mmio.ko");
EMBED(vsock, "vsock.ko");
EMBED(vsock_common, "vmw_vsock_virtio_transport_common.ko");
EMBED(vsock_transport, "vmw_vsock_virtio_transport.ko");

static void end(void)
{
    sync();
    reboot(RB_AUTOBOOT);
    _exit(1);
}

static void fail(const char *what)
{
    fprintf(stderr, "init: error: %s: %s\n", what, strerror(errno));
    end();
}

static void need(int result, const char *what)
{
    if (result < 0)
        fail(what);
}

static void make_directory(const char *path)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        fail(path);
}

static void mount_on(const char *type, const char *path, unsigned long flags, const char *data)
{
    if (mount(type, path, type, flags, data) < 0 && errno != EBUSY)
        fail(path);
}

static void open_console(void)
{
    int fd = open("/dev/console", O_RDWR);
    need(fd, "/dev/console");
    for (int i = 0; i < 3; i++)
        need(dup2(fd, i), "dup2");
    if (fd > 2)
        close(fd);
}

static void load(const char *name, const char *start, const char *end_of_module)
{
    if (end_of_module > start && syscall(SYS_init_module, start, (unsigned long)(end_of_module - start), "") < 0 &&
        errno != EEXIST)
        fail(name);
}

static void load_modules(void)
{
    load("virtio_ring", virtio_ring, virtio_ring_end);
    load("virtio", virtio, virtio_end);
    load("virtio_mmio", virtio_mmio, virtio_mmio_end);
    load("vsock", vsock, vsock_end);
    load("vmw_vsock_virtio_transport_common", vsock_common, vsock_common_end);
    load("vmw_vsock_virtio_transport", vsock_transport, vsock_transport_end);
    int nsm = open("/nsm.ko", O_RDONLY | O_CLOEXEC);
    if (nsm < 0)
        return;
    if (syscall(SYS_finit_module, nsm, "", 0) < 0)
        fail("nsm.ko");
    close(nsm);
    need(unlink("/nsm.ko"), "nsm.ko");
}

/* Tells the parent instance that the machine has come up, before anything of the application runs. */
static void heartbeat(void)
{
    struct sockaddr_vm parent = {.svm_family = AF_VSOCK, .svm_cid = PARENT_CID, .svm_port = HEARTBEAT_PORT};
    unsigned char byte = HEARTBEAT;
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(fd, "heartbeat: socket");
    need(connect(fd, (struct sockaddr *)&parent, sizeof parent), "heartbeat: connect to vsock:3:9000");
    need(write(fd, &byte, 1), "heartbeat: write");
    byte = 0;
    if (read(fd, &byte, 1) != 1 || byte != HEARTBEAT)
        fail("heartbeat: no answer");
    close(fd);
}

/* The lines of a file as a list that ends with NULL, or NULL without the file; the file is removed. */
static char **lines(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *text = malloc(MAX_LAUNCH_FILE + 1);
    size_t length = 0, count = 0;
    ssize_t got;
    if (!text)
        fail(path);
    while ((got = read(fd, text + length, MAX_LAUNCH_FILE + 1 - length)) > 0)
        length += (size_t)got;
    if (got < 0 || length > MAX_LAUNCH_FILE)
        fail(path);
    close(fd);
    need(unlink(path), path);
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    char **list = calloc(count + 3, sizeof *list);
    if (!list)
        fail(path);
    char *next = text;
    for (size_t i = 0; i < count; i++) {
        list[i] = next;
        next = memchr(next, '\n', length - (size_t)(next - text));
        *next++ = 0;
    }
    return list;
}

static void enter_root(void)
{
    need(mount("/rootfs", "/rootfs", NULL, MS_BIND, NULL), "bind /rootfs");
    need(chdir("/rootfs"), "/rootfs");
    need(mount(".", "/", NULL, MS_MOVE, NULL), "move /rootfs");
    need(chroot("."), "chroot");
    need(chdir("/"), "/");
}

static void link_to(const char *target, const char *path)
{
    if (symlink(target, path) < 0 && errno != EEXIST)
        fail(path);
}

/* One hierarchy of control groups, version 1, for each controller that the kernel has and has not switched off. */
static void mount_control_groups(void)
{
    char line[256], name[64], path[128];
    int hierarchy, groups, enabled;
    mount_on("tmpfs", "/sys/fs/cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755");
    FILE *controllers = fopen("/proc/cgroups", "re");
    if (!controllers)
        return;
    while (fgets(line, sizeof line, controllers)) {
        if (sscanf(line, "%63s %d %d %d", name, &hierarchy, &groups, &enabled) != 4 || !enabled)
            continue;
        snprintf(path, sizeof path, "/sys/fs/cgroup/%s", name);
        make_directory(path);
        if (mount(name, path, "cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, name) < 0)
            rmdir(path);
    }
    fclose(controllers);
}

static void mount_all(void)
{
    const unsigned long closed = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    mount_on("devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC, NULL);
    mount_on("proc", "/proc", closed, NULL);
    link_to("/proc/self/fd", "/dev/fd");
    link_to("/proc/self/fd/0", "/dev/stdin");
    link_to("/proc/self/fd/1", "/dev/stdout");
    link_to("/proc/self/fd/2", "/dev/stderr");
    mount_on("tmpfs", "/run", closed, "mode=0755");
    mount_on("tmpfs", "/tmp", closed, "mode=1777");
    make_directory("/dev/shm");
    mount_on("tmpfs", "/dev/shm", closed, "mode=1777");
    make_directory("/dev/pts");
    mount_on("devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, NULL);
    mount_on("sysfs", "/sys", closed, NULL);
    mount_control_groups();
}

/* Adds the way to the security module where the machine has no device and the image names no other way. */
static char **with_security_module(char **environment)
{
    size_t count = 0;
    if (access("/dev/nsm", F_OK) == 0)
        return environment;
    for (; environment[count]; count++)
        if (strncmp(environment[count], "CLOISTER_NSM=", 13) == 0)
            return environment;
    environment[count] = (char *)local_module; /* lines() has left room for it */
    return environment;
}

static void start(char **command, char **environment)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    setpgid(0, 0);
    setenv("PATH", search_path, 1);
    execvpe(command[0], command, environment);
    fail(command[0]);
}

int main(void)
{
    static char *shell[] = {"sh", NULL};
    static char *bare[] = {"PATH=/sbin:/usr/sbin:/bin:/usr/bin", NULL, NULL};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    mount_on("devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC, NULL);
    open_console();
    load_modules();
    heartbeat();
    char **environment = lines("/env");
    char **command = lines("/cmd");
    enter_root();
    mount_all();
    environment = with_security_module(environment ? environment : bare);
    pid_t program = fork();
    need(program, "fork");
    if (program == 0)
        start(command && command[0] ? command : shell, environment);
    pid_t ended;
    int status = 0;
    do
        ended = wait(&status);
    while (ended != program && (ended > 0 || errno == EINTR));
    fprintf(stderr, "init: the program has ended with wait status %d\n", status);
    end();
}
