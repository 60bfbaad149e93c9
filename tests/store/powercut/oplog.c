/* Preloaded into a program under test: writes down, in order, what it does to the files of one folder.

   LINGSHENG_CUT_FOLDER  the folder (absolute); LINGSHENG_CUT_LOG  where the log goes.
   A record: kind, length of the name, two unused bytes, length of the data, offset; then name and data.
   Kinds: W write, S sync (of a file, or of the folder as "."), T truncate (offset = new length), U unlink. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES_MAX 1024
#define NAME_MAX_BYTES 64

struct record {
    uint8_t kind, name_len;
    uint16_t unused;
    uint32_t length;
    uint64_t offset;
};

static char names[FILES_MAX][NAME_MAX_BYTES];
static int log_fd = -1;

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t really_write(int fd, const void *data, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, data, length);
}

/* The name inside the folder; "." is the folder itself, NULL anything else. */
static const char *inside(const char *path) {
    const char *folder = getenv("LINGSHENG_CUT_FOLDER");
    size_t n = folder ? strlen(folder) : 0;
    if (!n || !path || strncmp(path, folder, n)) return NULL;
    if (!path[n] || !strcmp(path + n, "/")) return ".";
    const char *name = path + n + 1;
    if (path[n] != '/' || strchr(name, '/') || strlen(name) >= NAME_MAX_BYTES) return NULL;
    size_t end = strlen(name);
    return end > 4 && !strcmp(name + end - 4, "-shm") ? NULL : name;    /* shared memory, made anew */
}

static void note(char kind, const char *name, uint64_t offset, const void *data, uint32_t length) {
    if (log_fd < 0) {
        REAL(int, "open", const char *, int, ...);
        log_fd = real(getenv("LINGSHENG_CUT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (log_fd < 0) abort();
    }
    struct record head = { (uint8_t)kind, (uint8_t)strlen(name), 0, length, offset };
    if (really_write(log_fd, &head, sizeof head) != sizeof head
        || really_write(log_fd, name, head.name_len) != head.name_len
        || (length && really_write(log_fd, data, length) != (ssize_t)length)) abort();
}

static const char *name_of(int fd) {
    return fd >= 0 && fd < FILES_MAX && names[fd][0] ? names[fd] : NULL;
}

static int remember(int fd, const char *path) {
    if (fd >= 0 && fd < FILES_MAX) {
        const char *name = inside(path);
        strcpy(names[fd], name ? name : "");
    }
    return fd;
}

#define OPEN(symbol) \
    int symbol(const char *path, int flags, ...) { \
        REAL(int, #symbol, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = va_arg(rest, mode_t); \
        va_end(rest); \
        return remember(real(path, flags, mode), path); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(symbol) \
    int symbol(int folder, const char *path, int flags, ...) { \
        REAL(int, #symbol, int, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = va_arg(rest, mode_t); \
        va_end(rest); \
        return remember(real(folder, path, flags, mode), path); \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    REAL(int, "close", int);
    if (fd >= 0 && fd < FILES_MAX) names[fd][0] = 0;
    return real(fd);
}

ssize_t write(int fd, const void *data, size_t length) {
    const char *name = name_of(fd);
    off_t at = name ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done = really_write(fd, data, length);
    if (name && done > 0) note('W', name, (uint64_t)at, data, (uint32_t)done);
    return done;
}

#define PWRITE(symbol, offset_type) \
    ssize_t symbol(int fd, const void *data, size_t length, offset_type at) { \
        REAL(ssize_t, #symbol, int, const void *, size_t, offset_type); \
        ssize_t done = real(fd, data, length, at); \
        const char *name = name_of(fd); \
        if (name && done > 0) note('W', name, (uint64_t)at, data, (uint32_t)done); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(symbol, offset_type) \
    int symbol(int fd, offset_type length) { \
        REAL(int, #symbol, int, offset_type); \
        int done = real(fd, length); \
        const char *name = name_of(fd); \
        if (name && done == 0) note('T', name, (uint64_t)length, NULL, 0); \
        return done; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(symbol) \
    int symbol(int fd) { \
        REAL(int, #symbol, int); \
        int done = real(fd); \
        const char *name = name_of(fd); \
        if (name && done == 0) note('S', name, 0, NULL, 0); \
        return done; \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    int done = real(path);
    const char *name = inside(path);
    if (name && done == 0) note('U', name, 0, NULL, 0);
    return done;
}
