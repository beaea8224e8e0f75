/* Lets one system call fail: an LD_PRELOAD library that counts the calls on files under a directory by name and file.
 *
 * FAIL_UNDER=DIR               only paths below it count
 * FAIL_NOTES=FILE              notes each call there, "NAME PATH" with the path below DIR
 * FAIL_AT=NAME PATH NTH ERROR  lets the NTH call of that name on that path fail, once: EIO, ENOSPC, EINTR, EMFILE, or SHORT
 *                              (half of the bytes); FAIL_FIRED is then created
 * FAIL_FULL=FILE               while FILE exists, whatever needs room fails with ENOSPC
 *
 * sled's snapshots and the folder of a copy of sled, whose names differ from run to run, are called sled/snap,
 * sled/snap.generating and sled.copy.
 *
 * What was written to a file since its last sync is lost with a sync that fails: as after a power loss, it is there while
 * the process lives and gone once it has ended, unless the same place was written again. So who takes a failed sync for a
 * success loses data. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { GO_ON = 0, SHORT = -1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int notes = -1;
static char at_name[32], at_path[512], at_error[16];
static long at_left;

/* What a write has replaced: not synced yet, or lost with a failed sync. */
struct kept { struct kept *next; dev_t dev; ino_t ino; off_t offset; size_t length; char path[512], bytes[]; };
static struct kept *unsynced, *lost;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("FAIL_NOTES"), *at = getenv("FAIL_AT");
    if (file) notes = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (at) sscanf(at, "%31s %511s %ld %15s", at_name, at_path, &at_left, at_error);
}

/* The path below the directory; NULL where it is elsewhere. */
static const char *below(const char *path) {
    const char *dir = getenv("FAIL_UNDER");
    size_t length = dir ? strlen(dir) : 0;
    if (!length || strncmp(path, dir, length) || (path[length] && path[length] != '/')) return NULL;
    return path[length] ? path + length + 1 : ".";
}

static const char *below_at(int fd, const char *path, char *buffer, size_t size) {
    char link[64];
    ssize_t length = 0;
    if (path && path[0] == '/') return below(path);
    if (fd != AT_FDCWD) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        length = syscall(SYS_readlink, link, buffer, size - 1);
    } else if (getcwd(buffer, size)) {
        length = (ssize_t)strlen(buffer);
    }
    if (length <= 0) return NULL;
    buffer[length] = 0;
    if (path && path[0]) snprintf(buffer + length, size - (size_t)length, "/%s", path);
    return below(buffer);
}

static int number(const char *error) {
    return !strcmp(error, "EIO") ? EIO : !strcmp(error, "ENOSPC") ? ENOSPC : !strcmp(error, "EINTR") ? EINTR : EMFILE;
}

/* Notes a call, and decides: GO_ON, SHORT, or the error to fail with. The lock is held. */
static int decide(const char *name, int fd, const char *path, int grows) {
    char buffer[1024], copy[1024], line[1200];
    const char *file = below_at(fd, path, buffer, sizeof buffer), *full = getenv("FAIL_FULL"), *fired = getenv("FAIL_FIRED");
    if (!file) return GO_ON;
    if (!strncmp(file, "sled/snap.", 10)) file = strstr(file, ".generating") ? "sled/snap.generating" : "sled/snap"; /* numbered anew in each run */
    if (!strncmp(file, "sled.copy-", 10)) snprintf(copy, sizeof copy, "sled.copy%s", strchr(file, '/') ? strchr(file, '/') : ""), file = copy;
    if (notes >= 0) syscall(SYS_write, notes, line, (size_t)snprintf(line, sizeof line, "%s %s\n", name, file));
    if (grows && full && !syscall(SYS_access, full, F_OK)) return ENOSPC;
    if (at_left <= 0 || strcmp(name, at_name) || strcmp(file, at_path) || --at_left) return GO_ON;
    if (fired) syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, fired, O_WRONLY | O_CREAT, 0600));
    return strcmp(at_error, "SHORT") ? number(at_error) : SHORT;
}

static void drop(struct kept **list, dev_t dev, ino_t ino, off_t from, off_t end, struct kept **to) {
    while (*list) {
        struct kept *one = *list;
        if (one->dev != dev || one->ino != ino || one->offset >= end || one->offset + (off_t)one->length <= from) {
            list = &one->next;
            continue;
        }
        *list = one->next;
        if (to) one->next = *to, *to = one; else free(one);
    }
}

/* Keeps what a write is about to replace, where a sync is to fail. */
static void keep(int fd, off_t offset, size_t length) {
    struct stat stat;
    char link[64];
    if (!strstr(at_name, "sync") || syscall(SYS_fstat, fd, &stat) || !S_ISREG(stat.st_mode)) return;
    drop(&lost, stat.st_dev, stat.st_ino, offset, offset + (off_t)length, NULL);
    struct kept *one = at_left > 0 ? calloc(1, sizeof *one + length) : NULL;
    if (!one) return;
    *one = (struct kept){.next = unsynced, .dev = stat.st_dev, .ino = stat.st_ino, .offset = offset, .length = length};
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    syscall(SYS_readlink, link, one->path, sizeof one->path - 1);
    syscall(SYS_pread64, fd, one->bytes, length, offset);
    unsynced = one;
}

static void synced(int fd, int error) {
    struct stat stat;
    if (error != EINTR && !syscall(SYS_fstat, fd, &stat))
        drop(&unsynced, stat.st_dev, stat.st_ino, 0, (off_t)1 << 62, error ? &lost : NULL);
}

__attribute__((destructor)) static void lose(void) {
    for (; lost; lost = lost->next) {
        struct stat stat;
        long fd = syscall(SYS_openat, AT_FDCWD, lost->path, O_WRONLY | O_CLOEXEC);
        if (fd < 0) continue;
        if (!syscall(SYS_fstat, fd, &stat) && stat.st_ino == lost->ino)
            syscall(SYS_pwrite64, fd, lost->bytes, lost->length, lost->offset);
        syscall(SYS_close, fd);
    }
}

#define REAL(result, name, args) result (*real) args = (result (*) args)dlsym(RTLD_NEXT, name)
#define CALL(name, fd, path, grows, failed, call)                                                                    \
    pthread_mutex_lock(&lock);                                                                                       \
    int what = decide(name, fd, path, grows);                                                                        \
    typeof(call) result = failed;                                                                                    \
    if (what <= 0) result = call;                                                                                    \
    int error = what > 0 ? what : errno;                                                                             \
    pthread_mutex_unlock(&lock);                                                                                     \
    errno = error;                                                                                                   \
    return result
#define HALF(length) (what == SHORT && (length) > 1 ? (length) / 2 : (length))

static int is_new(const char *path, int flags) { return (flags & O_CREAT) && syscall(SYS_access, path, F_OK); }
static int grows(int fd, off_t offset, size_t length) {
    struct stat stat;
    return !syscall(SYS_fstat, fd, &stat) && offset + (off_t)length > stat.st_size;
}
static off_t place(int fd) { return syscall(SYS_lseek, fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR); }

#define OPEN(name)                                                                                                   \
    int name(const char *path, int flags, ...) {                                                                     \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);                       \
        REAL(int, #name, (const char *, int, ...));                                                                  \
        CALL("open", AT_FDCWD, path, is_new(path, flags), -1, real(path, flags, mode));                              \
    }
OPEN(open) OPEN(open64)
#define OPENAT(name)                                                                                                 \
    int name(int fd, const char *path, int flags, ...) {                                                             \
        va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);                       \
        REAL(int, #name, (int, const char *, int, ...));                                                             \
        CALL("open", fd, path, is_new(path, flags), -1, real(fd, path, flags, mode));                                \
    }
OPENAT(openat) OPENAT(openat64)
DIR *opendir(const char *path) { REAL(DIR *, "opendir", (const char *)); CALL("opendir", AT_FDCWD, path, 0, NULL, real(path)); }
struct dirent64 *readdir64(DIR *dir) { REAL(struct dirent64 *, "readdir64", (DIR *)); CALL("readdir", dirfd(dir), NULL, 0, NULL, real(dir)); }

ssize_t read(int fd, void *to, size_t length) { REAL(ssize_t, "read", (int, void *, size_t)); CALL("read", fd, NULL, 0, -1, real(fd, to, HALF(length))); }
#define PREAD(name)                                                                                                  \
    ssize_t name(int fd, void *to, size_t length, off_t offset) {                                                    \
        REAL(ssize_t, #name, (int, void *, size_t, off_t));                                                          \
        CALL("pread", fd, NULL, 0, -1, real(fd, to, HALF(length), offset));                                          \
    }
PREAD(pread) PREAD(pread64)
ssize_t write(int fd, const void *from, size_t length) {
    REAL(ssize_t, "write", (int, const void *, size_t));
    CALL("write", fd, NULL, grows(fd, place(fd), length), -1, (keep(fd, place(fd), length), real(fd, from, HALF(length))));
}
ssize_t writev(int fd, const struct iovec *from, int count) {
    REAL(ssize_t, "writev", (int, const struct iovec *, int));
    CALL("writev", fd, NULL, 1, -1, real(fd, from, what == SHORT ? 1 : count));
}
#define PWRITE(name)                                                                                                 \
    ssize_t name(int fd, const void *from, size_t length, off_t offset) {                                            \
        REAL(ssize_t, #name, (int, const void *, size_t, off_t));                                                    \
        CALL("pwrite", fd, NULL, grows(fd, offset, length), -1, (keep(fd, offset, length), real(fd, from, HALF(length), offset))); \
    }
PWRITE(pwrite) PWRITE(pwrite64)
#define SYNC(name)                                                                                                   \
    int name(int fd) {                                                                                               \
        REAL(int, #name, (int));                                                                                     \
        pthread_mutex_lock(&lock);                                                                                   \
        int what = decide(#name, fd, NULL, 0), result = what ? -1 : real(fd), error = what ? what : errno;           \
        if (!result || what) synced(fd, what);                                                                       \
        pthread_mutex_unlock(&lock);                                                                                 \
        errno = error;                                                                                               \
        return result;                                                                                               \
    }
SYNC(fsync) SYNC(fdatasync)
int syncfs(int fd) { REAL(int, "syncfs", (int)); CALL("syncfs", fd, NULL, 0, -1, real(fd)); }
int sync_file_range(int fd, off64_t offset, off64_t length, unsigned flags) {
    REAL(int, "sync_file_range", (int, off64_t, off64_t, unsigned));
    CALL("sync_file_range", fd, NULL, 0, -1, real(fd, offset, length, flags));
}
#define TRUNCATE(name) int name(int fd, off_t size) { REAL(int, #name, (int, off_t)); CALL("ftruncate", fd, NULL, grows(fd, size, 0), -1, real(fd, size)); }
TRUNCATE(ftruncate) TRUNCATE(ftruncate64)
#define ALLOCATE(name) int name(int fd, int mode, off_t offset, off_t length) { REAL(int, #name, (int, int, off_t, off_t)); CALL("fallocate", fd, NULL, 1, -1, real(fd, mode, offset, length)); }
ALLOCATE(fallocate) ALLOCATE(fallocate64)
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    REAL(ssize_t, "copy_file_range", (int, off64_t *, int, off64_t *, size_t, unsigned));
    CALL("copy_file_range", out, NULL, 1, -1, real(in, from, out, to, HALF(length), flags));
}
int rename(const char *from, const char *to) { REAL(int, "rename", (const char *, const char *)); CALL("rename", AT_FDCWD, to, 0, -1, real(from, to)); }
int linkat(int a, const char *from, int b, const char *to, int flags) { REAL(int, "linkat", (int, const char *, int, const char *, int)); CALL("link", b, to, 1, -1, real(a, from, b, to, flags)); }
int unlink(const char *path) { REAL(int, "unlink", (const char *)); CALL("unlink", AT_FDCWD, path, 0, -1, real(path)); }
int unlinkat(int fd, const char *path, int flags) { REAL(int, "unlinkat", (int, const char *, int)); CALL("unlink", fd, path, 0, -1, real(fd, path, flags)); }
int mkdir(const char *path, mode_t mode) { REAL(int, "mkdir", (const char *, mode_t)); CALL("mkdir", AT_FDCWD, path, syscall(SYS_access, path, F_OK), -1, real(path, mode)); }
int flock(int fd, int how) { REAL(int, "flock", (int, int)); CALL("flock", fd, NULL, 0, -1, real(fd, how)); }
int statx(int fd, const char *path, int flags, unsigned mask, struct statx *to) {
    REAL(int, "statx", (int, const char *, int, unsigned, struct statx *));
    CALL("statx", fd, path, 0, -1, real(fd, path, flags, mask, to));
}
#define SPACE(name, type) int name(const char *path, struct type *to) { REAL(int, #name, (const char *, struct type *)); CALL("statvfs", AT_FDCWD, path, 0, -1, real(path, to)); }
SPACE(statvfs, statvfs) SPACE(statvfs64, statvfs64)
